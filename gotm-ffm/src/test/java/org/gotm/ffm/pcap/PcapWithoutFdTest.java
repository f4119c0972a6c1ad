package org.gotm.ffm.pcap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gotm.ffm.ChildCapture;
import org.gotm.ffm.ChildJvm;
import org.gotm.ffm.Command;
import org.gotm.ffm.SampleTraffic;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A libpcap that has no descriptor to wait for, as Myricom's. */
@Tag("live")
class PcapWithoutFdTest {
  @TempDir Path folder;
  private List<String> libraryOption;

  @BeforeEach
  void compileLibrary() {
    Command.require("gcc");
    Path library = folder.resolve("libpcap-without-fd.so");
    Command.check(
        "gcc",
        "-shared",
        "-fPIC",
        "-Wall",
        "-Werror",
        "-Wl,--no-as-needed",
        "-o",
        library.toString(),
        "src/test/c/pcap_without_fd.c",
        PcapLibrary.load().toString());
    libraryOption = List.of("-D" + PcapLibrary.PROPERTY + "=" + library);
  }

  @Test
  void shouldDeliverAndStopWhenReadsBlock() {
    Path file = SampleTraffic.mixed(1000).write(folder.resolve("traffic.pcap"));
    try (VethPair pair = VethPair.create();
        ChildCapture child =
            new ChildCapture(
                ChildJvm.command(CaptureProgram.class, libraryOption, pair.name(), "", "1000"))) {
      pair.send(file);

      assertThat(child.awaitEnd())
          .contains("received=1000 dropped=0 discarded=0")
          .contains("written=1000")
          .contains("balanced=yes");
    }
  }

  @Test
  void shouldStopAtOnceWhenAReadBlocksForLong() {
    try (VethPair pair = VethPair.create()) {
      List<String> command = new ArrayList<>(List.of("env", "TIMEOUT_MILLIS=3600000"));
      command.addAll(ChildJvm.command(CaptureProgram.class, libraryOption, pair.name(), "", "0"));
      try (ChildCapture child = new ChildCapture(command)) {
        assertThat(child.awaitEnd()).contains("received=0").contains("balanced=yes");
      }
    }
  }

  @Test
  void shouldCountWhatWasReceivedBeforeTheStopWhenMoreKeepsComing() throws Exception {
    Path file = SampleTraffic.mixed(1000).write(folder.resolve("traffic.pcap"));
    try (VethPair pair = VethPair.create();
        AutoCloseable sending = pair.sendForEver(file, 20_000)) {
      assertThat(sending).isNotNull();
      List<String> command =
          ChildJvm.command(CaptureProgram.class, libraryOption, pair.name(), "", "3000");
      try (ChildCapture child = new ChildCapture(command)) {
        assertThat(child.awaitEnd()).contains("dropped=0 discarded=0 ").contains("balanced=yes");
      }
    }
  }
}
