package org.gotm.ffm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.pcap.PcapLibrary;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The front door to interfaces: the same from every method. */
@Tag("live")
@Timeout(120)
class InterfaceSourcesTest {
  @TempDir private Path folder;
  private VethPair pair;

  @BeforeEach
  void makePair() {
    pair = VethPair.create();
  }

  @AfterEach
  void removePair() {
    if (pair != null) {
      pair.close();
    }
  }

  private void send(List<byte[]> frames) {
    try (FrameSender sender = new FrameSender(pair.peer())) {
      sender.send(frames);
    }
  }

  private static List<byte[]> drain(List<PacketSource> sources) {
    List<byte[]> frames = new ArrayList<>();
    for (PacketSource source : sources) {
      source.stop();
      frames.addAll(new ReceivedPackets().awaitEnd(source).frames());
      source.close();
    }
    return frames.stream().sorted(Arrays::compare).toList();
  }

  @Test
  void shouldCaptureAllWhenOnlyTheInterfaceIsNamed() {
    PacketSource source = Sources.open(pair.name());
    send(FilterTraffic.frames());

    assertThat(drain(List.of(source))).hasSameSizeAs(FilterTraffic.frames());
  }

  @ParameterizedTest
  @CsvSource({"AUTO, 1", "AUTO, 2", "AFPACKET, 2", "PCAP, 1"})
  void shouldCaptureWhatMatchesWhateverTheMethod(Method method, int workers) {
    List<PacketSource> sources =
        Sources.of(pair.name())
            .method(method)
            .workers(workers)
            .bufferBytes(4 << 20)
            .filter("tcp port 80 and not vlan")
            .snaplen(60)
            .open();
    assertThat(sources).hasSize(workers);
    send(FilterTraffic.frames());

    List<byte[]> frames = drain(sources);
    assertThat(frames).hasSize(2).allMatch(frame -> frame.length == 60);
  }

  /** The kernel fills a block for at most 50 ms, however few packets come. */
  @Test
  void shouldBridgeFiveSecondsOfFewPacketsWhenTheRingIsThatOfOneWorkerOfMany() {
    List<PacketSource> sources = Sources.of(pair.name()).bufferBytes(Sources.ringBytes(16)).open();
    int sent = 0;
    long end = System.nanoTime() + 5_000_000_000L;
    try (FrameSender sender = new FrameSender(pair.peer())) {
      for (; System.nanoTime() - end < 0; sent++) {
        sender.send(FilterTraffic.frames().subList(0, 1));
        LockSupport.parkNanos(1_000_000);
      }
    }

    assertThat(drain(sources)).hasSize(sent);
  }

  @Test
  void shouldSayThatLongPacketsAreCutWhenBlocksAreSmall() {
    List<String> warnings = new ArrayList<>();

    drain(
        Sources.of(pair.name())
            .bufferBytes(4 << 20)
            .blockBytes(64 << 10)
            .warnings(warnings::add)
            .open());
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("if=%s blocksize=65536: ".formatted(pair.name()), "at least 65856");

    warnings.clear();
    drain(
        Sources.of(pair.name())
            .bufferBytes(4 << 20)
            .blockBytes(64 << 10)
            .snaplen(1500)
            .warnings(warnings::add)
            .open());
    assertThat(warnings).isEmpty();
  }

  @Test
  void shouldOpenWorkersBehindEachOtherWhenThereAreSeveralInterfaces() {
    List<PacketSource> sources = Sources.of(pair.name(), pair.peer()).workers(2).open();
    try {
      assertThat(sources)
          .extracting(PacketSource::name)
          .containsExactly(pair.name(), pair.name(), pair.peer(), pair.peer());
    } finally {
      sources.forEach(PacketSource::close);
    }
  }

  @Test
  void shouldLeaveNothingOpenWhenOneOfSeveralIsMissing() {
    List<PacketSource> first = Sources.of(pair.name()).workers(4).open();
    first.forEach(PacketSource::close);
    int before = new File("/proc/self/fd").list().length;

    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> Sources.of(pair.name(), "absent0").workers(4).open())
        .withMessageContaining("interface=absent0");
    assertThat(new File("/proc/self/fd").list().length).isLessThan(before + 4);
  }

  @Test
  void shouldSayWhyWhenLibpcapIsToDivideAnInterface() {
    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> Sources.of(pair.name()).method(Method.PCAP).workers(2).open())
        .withMessageContaining("workers=2")
        .withMessageContaining("-capture afpacket");
  }

  @Test
  void shouldWarnWhenOffloadsJoinPackets() {
    Command.require("ethtool");
    Command.check("ethtool", "-K", pair.name(), "gro", "on");
    List<String> warnings = new ArrayList<>();
    Sources.of(pair.name()).warnings(warnings::add).open().forEach(PacketSource::close);

    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("if=" + pair.name() + " joins packets before they are captured")
        .contains("ethtool -K " + pair.name());
  }

  /** Opens an interface by libpcap and prints what it is warned of. */
  static final class Warned {
    private Warned() {}

    public static void main(String[] arguments) {
      Sources.of(arguments[0])
          .method(Method.PCAP)
          .warnings(System.out::println)
          .open()
          .forEach(PacketSource::close);
    }
  }

  @Test
  void shouldTellWhatLibpcapWarnsOf() {
    Command.require("gcc");
    Path library = folder.resolve("libpcap-that-warns.so");
    List<String> gcc = new ArrayList<>(List.of("gcc", "-shared", "-fPIC", "-Wall", "-Werror"));
    gcc.addAll(List.of("-Wl,--no-as-needed", "-o", library.toString()));
    gcc.addAll(List.of("src/test/c/pcap_that_warns.c", PcapLibrary.load().toString()));
    Command.check(gcc);

    assertThat(
            ChildJvm.run(
                    Warned.class, List.of("-D" + PcapLibrary.PROPERTY + "=" + library), pair.name())
                .output())
        .startsWith("if=" + pair.name() + ": libpcap warns: ")
        .contains("not supported")
        .hasLineCount(1);
  }

  @Test
  void shouldListInterfacesWithoutAnAddressWhenAsked() {
    assertThat(listed(pair.peer()).isRunning()).isTrue();
    assertThat(listed(pair.name()).isUp()).isTrue();
    assertThat(listed(pair.name()).addresses()).isEmpty();
    assertThat(listed(pair.name()).mtu()).hasValue(1500);
    assertThat(listed(pair.name()).method()).isEqualTo(Method.AFPACKET);
    assertThat(listed(pair.name()).obstacle()).isEmpty();
    assertThat(listed("lo").mtu()).hasValue(65536);
    assertThat(Sources.interfaces().getLast().name()).isEqualTo("any");
  }

  @Test
  void shouldSayWhyNotWhenAListedInterfaceCannotBeCapturedFrom() {
    pair.setDown();

    assertThat(listed(pair.name()).isUp()).isFalse();
    assertThat(listed(pair.name()).obstacle()).hasValue("it is down");
    assertThat(listed(pair.peer()).isUp()).isTrue();
    assertThat(listed(pair.peer()).isRunning()).isFalse();
  }

  private static CaptureInterface listed(String name) {
    return Sources.interfaces().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
