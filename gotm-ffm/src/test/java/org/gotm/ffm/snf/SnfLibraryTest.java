package org.gotm.ffm.snf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.gotm.ffm.ChildJvm;
import org.gotm.ffm.Command;
import org.gotm.ffm.SampleTraffic;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Libraries of all kinds, each in a JVM of its own, with a true environment. */
class SnfLibraryTest {
  private static final int PACKETS = 2000;

  @TempDir Path folder;
  private Path pcap;
  private String digest;

  @BeforeEach
  void writeTraffic() {
    SampleTraffic traffic = SampleTraffic.mixed(PACKETS);
    pcap = traffic.write(folder.resolve("traffic.pcap"));
    CRC32 crc = new CRC32();
    long sum = 0;
    for (byte[] frame : traffic.frames()) {
      crc.reset();
      crc.update(frame);
      sum += crc.getValue();
    }
    digest = Long.toHexString(sum);
  }

  /** Runs {@link SnfReceiveProgram} with a build of the fake library that replays the traffic. */
  private Command.Result receive(Path library, List<String> variables, String... interfaces) {
    List<String> command = new ArrayList<>(List.of("env"));
    command.add("FAKE_SNF_FILES_0=" + pcap);
    command.add("FAKE_SNF_FILES_1=" + pcap);
    command.addAll(variables);
    List<String> arguments = new ArrayList<>(List.of("" + PACKETS));
    arguments.addAll(List.of(interfaces));
    command.addAll(
        ChildJvm.command(
            SnfReceiveProgram.class,
            List.of("-Dgotm.snf.library=" + library),
            arguments.toArray(String[]::new)));
    return Command.run(command);
  }

  @Test
  void shouldReceiveAllFromBothPortsWhenDeployedAsTheOriginalWas() {
    List<String> deployment =
        List.of("SNF_NUM_RINGS=8", "SNF_FLAGS=0x101", "SNF_DATARING_SIZE=4096MB");
    Command.Result result = receive(FakeSnfBuild.FULL.compile(), deployment, "ens1", "ens4");

    String all =
        " rings=8 packets=%d received=%d digest=%s lendsMany=true timeSource=LOCAL"
            .formatted(PACKETS, PACKETS, digest);
    assertThat(result.output()).contains("ens1" + all).contains("ens4" + all);
    assertThat(result.exitCode()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "FULL, true, LOCAL, UP",
    "LEVEL_3, false, UNKNOWN, UNKNOWN",
    "NO_NEWER, false, UNKNOWN, UNKNOWN",
    "WIDE, false, LOCAL, UP",
    "SWAPPED, false, LOCAL, UP",
  })
  void shouldReceiveAllWhateverTheLibraryIs(
      FakeSnfBuild build, boolean lendsMany, String timeSource, String link) {
    Command.Result result = receive(build.compile(), List.of("SNF_NUM_RINGS=2"), "ens1");

    assertThat(result.output())
        .contains("name=ens1, port=0, maxRings=16, macAddress=00:60:dd:00:00:00, link=" + link)
        .contains(
            "ens1 rings=2 packets=%d received=%d digest=%s lendsMany=%b timeSource=%s"
                .formatted(PACKETS, PACKETS, digest, lendsMany, timeSource));
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void shouldReceiveAllWhenTheLibraryFailsNowAndThen() {
    Command.Result result =
        receive(
            FakeSnfBuild.FULL.compile(),
            List.of("FAKE_SNF_FAIL=snf_ring_recv_many=4:5,snf_ring_getstats=16:1"),
            "ens1");

    assertThat(result.output()).contains("packets=%d received=%d".formatted(PACKETS, PACKETS));
  }

  @Test
  void shouldSayWhatToDoWhenTheLibraryIsMissing() {
    Command.Result result = receive(Path.of("/absent/libsnf.so"), List.of(), "ens1");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.output().lines())
        .singleElement()
        .asString()
        .startsWith("no usable libsnf: tried ")
        .contains("/absent/libsnf.so")
        .endsWith("install Myricom SNF, or give the path by -Dgotm.snf.library=");
  }

  @Test
  void shouldSayWhatToDoWhenTheFileIsAnotherLibrary() {
    Command.Result result = receive(Path.of("libc.so.6"), List.of(), "ens1");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.output()).contains("libc.so.6").contains("snf_init");
  }

  @Test
  void shouldNameEveryPlaceLookedAtWhenTheLibraryIsNowhere() {
    List<String> command = ChildJvm.command(SnfReceiveProgram.class, List.of(), "1", "ens1");
    Command.Result result = Command.run(command);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.output()).contains("/opt/snf/lib/libsnf.so").contains("libsnf.so: cannot");
  }

  @Test
  void shouldSayThatTheDriverIsMissingWhenTheLibraryDoesNotStart() {
    Command.Result result =
        receive(FakeSnfBuild.FULL.compile(), List.of("FAKE_SNF_FAIL=snf_init=19:-1"), "ens1");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.output()).contains("snf_init failed: No such device (error 19)");
  }

  @ParameterizedTest
  @CsvSource({"two-threads, two threads in ring 0", "closed, the ring is not open"})
  void shouldAbortTheProcessWhenARuleOfTheLibraryIsBroken(String rule, String message) {
    List<String> options =
        List.of(
            "-Dgotm.snf.library=" + FakeSnfBuild.FULL.compile(),
            "-XX:ErrorFile=" + folder.resolve("crash.log"),
            "-XX:-CreateCoredumpOnCrash");
    Command.Result result = ChildJvm.run(FakeSnfMisuse.class, options, rule);

    assertThat(result.output()).contains("fake libsnf: snf_ring_recv: " + message);
    assertThat(result.exitCode()).isNotZero();
  }
}
