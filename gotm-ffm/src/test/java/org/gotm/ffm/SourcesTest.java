package org.gotm.ffm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.core.source.SourceStats;
import org.gotm.ffm.pcap.FilterException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The front door where no interface is needed. */
class SourcesTest {
  private static final String UDP_TO_53 = "udp dst port 53";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"1, 256", "2, 128", "4, 64", "5, 64", "16, 64", "256, 64"})
  void shouldShareTheRingsWhenThereAreSeveralSources(int sources, long mebibytes) {
    assertThat(Sources.ringBytes(sources)).isEqualTo(mebibytes << 20);
  }

  @Test
  void shouldTakeNoMoreForAllRingsThanItSaysHoweverManyThereAre() {
    for (int sources = 1; sources <= 256; sources++) {
      long all = Sources.ringBytes(sources) * sources;

      assertThat(all).isLessThanOrEqualTo(Math.max(256L << 20, sources * (64L << 20)));
    }
  }

  @Test
  void shouldReadPcapItselfWhenAFileIsPcap() {
    SampleTraffic traffic = SampleTraffic.mixed(100);
    Path file = traffic.write(folder.resolve("traffic.pcap"));
    try (PacketSource source = Sources.file(file)) {
      assertThat(source).isInstanceOf(PcapFileSource.class);
      new ReceivedPackets().awaitEnd(source).assertEqualTo(traffic);
    }
  }

  @Test
  void shouldHaveLibpcapReadAFileThatIsNotPcap() {
    Command.require("editcap");
    SampleTraffic traffic = SampleTraffic.mixed(100);
    Path pcap = traffic.write(folder.resolve("traffic.pcap"));
    Path file = folder.resolve("traffic.pcapng");
    Command.check("editcap", "-F", "pcapng", pcap.toString(), file.toString());
    try (PacketSource source = Sources.file(file)) {
      assertThat(source).isNotInstanceOf(PcapFileSource.class);
      new ReceivedPackets().awaitEnd(source).assertEqualTo(traffic);
    }
  }

  @Test
  void shouldNameTheFileWhenItIsMissingOrNoCapture() throws IOException {
    Path text = Files.writeString(folder.resolve("notes.txt"), "not a capture");

    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> Sources.file(folder.resolve("absent.pcap")))
        .withMessageContaining("absent.pcap: no such file");
    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> Sources.file(text))
        .withMessageContaining("notes.txt");
  }

  @Test
  void shouldLetThroughWhatMatchesWhenAFileIsFiltered() {
    Path file = new SampleTraffic(FilterTraffic.frames()).write(folder.resolve("all.pcap"));
    try (PacketSource source = Sources.filtered(Sources.file(file), UDP_TO_53)) {
      assertThat(new ReceivedPackets().awaitEnd(source).frames())
          .singleElement()
          .isEqualTo(FilterTraffic.frames().get(1));
      assertThat(received(source)).isEqualTo(1);
    }
  }

  private static long received(PacketSource source) {
    SourceStats stats = new SourceStats();
    source.readStats(stats);
    return stats.received;
  }

  @Test
  void shouldBeTheSourceItselfWhenTheFilterMatchesEverything() {
    Path file = SampleTraffic.mixed(1).write(folder.resolve("traffic.pcap"));
    try (PacketSource source = Sources.file(file)) {
      assertThat(Sources.filtered(source, "")).isSameAs(source);
      assertThat(Sources.filtered(source, " vlan or  not vlan")).isSameAs(source);
    }
  }

  @Test
  void shouldCloseTheSourceWhenItsFilterIsWrong() {
    Path file = SampleTraffic.mixed(1).write(folder.resolve("traffic.pcap"));

    assertThatExceptionOfType(FilterException.class)
        .isThrownBy(() -> Sources.filtered(Sources.file(file), "tcp prot 80"))
        .withMessageContaining("tcp prot 80");
  }

  @Test
  void shouldNameTheValueWhenThereIsNoWorker() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sources.of("eth0").workers(0))
        .withMessageContaining("workers=0");
  }
}
