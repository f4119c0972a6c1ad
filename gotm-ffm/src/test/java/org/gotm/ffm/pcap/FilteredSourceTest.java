package org.gotm.ffm.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.List;
import org.gotm.core.capture.Capture;
import org.gotm.core.capture.Counter;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.SourceStats;
import org.gotm.ffm.ReceivedPackets;
import org.gotm.ffm.SampleTraffic;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilteredSourceTest {
  private final SampleTraffic traffic = SampleTraffic.mixed(2000);

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void writeTraffic() {
    file = traffic.write(folder.resolve("traffic.pcap"));
  }

  @Test
  void shouldDeliverWhatMatchesAndNothingElse() {
    List<byte[]> expected =
        traffic.frames().stream().filter(frame -> (frame[12] & 0xff) == 0x81).toList();
    try (PacketSource source = FilteredSource.of(PcapFileSource.open(file), "vlan 100")) {
      ReceivedPackets received = new ReceivedPackets().awaitEnd(source);

      received.assertEqualTo(new SampleTraffic(expected));
      assertThat(received.timestampsNanos()).isSorted();
    }
  }

  @Test
  void shouldEndWhenNothingMatches() {
    try (PacketSource source = FilteredSource.of(PcapFileSource.open(file), "tcp")) {
      assertThat(new ReceivedPackets().awaitEnd(source).count()).isZero();
    }
  }

  @Test
  void shouldBeTheSourceItselfWhenExpressionIsEmpty() {
    try (PacketSource source = PcapFileSource.open(file)) {
      assertThat(FilteredSource.of(source, "")).isSameAs(source);
    }
  }

  @Test
  void shouldBalanceWhenOnlyMatchesCountAsReceived() {
    PacketSource source = FilteredSource.of(PcapFileSource.open(file), "host 10.0.0.3");
    try (Capture capture = Capture.from(source).onPacket(packet -> {})) {
      capture.run();

      assertThat(capture.ledger().get(Counter.RECEIVED)).isEqualTo(100);
      assertThat(capture.ledger().isBalanced()).as(capture.ledger().toString()).isTrue();
    }
  }

  @Test
  void shouldCloseTheSourceWhenFilterCannotBeCompiled() {
    ClosingSource source = new ClosingSource();

    assertThatExceptionOfType(FilterException.class)
        .isThrownBy(() -> FilteredSource.of(source, "nonsense here"));
    assertThat(source.closed).isTrue();
  }

  private static final class ClosingSource implements PacketSource {
    private boolean closed;

    @Override
    public String name() {
      return "closing";
    }

    @Override
    public int linkType() {
      return 1;
    }

    @Override
    public boolean isLive() {
      return false;
    }

    @Override
    public int poll(org.gotm.core.source.BatchHandler handler) {
      return END;
    }

    @Override
    public void stop() {
      // has ended
    }

    @Override
    public void wakeup() {
      // never waits
    }

    @Override
    public void readStats(SourceStats stats) {
      stats.received = 0;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
