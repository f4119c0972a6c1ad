package org.gotm.core.pcapfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gotm.core.pcapfile.PcapBuilder.pcap;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.RealPackets.Packet;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.core.source.SourceStats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Good pcap files of every format, however their bytes come. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PcapFileSourceTest {
  private static final int MANY = 40_000;

  @TempDir Path folder;

  static Stream<Arguments> formatsAndOpenings() {
    return Stream.of(PcapBuilder.formats())
        .flatMap(format -> Stream.of(Opening.values()).map(how -> Arguments.of(format, how)));
  }

  @ParameterizedTest
  @MethodSource("formatsAndOpenings")
  void shouldReadEveryFormatInEitherByteOrder(PcapBuilder.Format format, Opening how) {
    byte[] file =
        pcap(format, 113)
            .record(1_700_000_000, 999_999, 60, 1514, 0xab)
            .record(1_700_000_001, 7, 0, 0, 0)
            .record(1_600_000_000, 0, 3, 3, 0xcd)
            .build();
    int unit = format.nanosPerUnit();
    List<Packet> packets = new ArrayList<>();

    try (PcapFileSource source = how.open(file, folder)) {
      assertThat(source.linkType()).isEqualTo(113);
      assertThat(RealPackets.readAll(source, packets)).isNull();
    }

    assertThat(packets).extracting(packet -> packet.bytes().length).containsExactly(60, 0, 3);
    assertThat(packets).extracting(Packet::wireLength).containsExactly(1514, 0, 3);
    assertThat(packets)
        .extracting(Packet::timestampNanos)
        .containsExactly(
            1_700_000_000_000_000_000L + 999_999L * unit,
            1_700_000_001_000_000_000L + 7L * unit,
            1_600_000_000_000_000_000L);
    assertThat(packets.get(0).bytes()).containsOnly(0xab);
    assertThat(packets.get(2).bytes()).containsOnly(0xcd);
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldEndAtOnceWhenThereIsOnlyAHeader(Opening how) {
    try (PcapFileSource source = how.open(pcap().build(), folder)) {
      assertThat(source.poll(batch -> {})).isEqualTo(PacketSource.END);
      assertThat(source.poll(batch -> {})).isEqualTo(PacketSource.END);
    }
  }

  @ParameterizedTest
  @EnumSource(value = Opening.class)
  void shouldReadMorePacketsThanFitIntoOneBatchOrBuffer(Opening how) {
    PcapBuilder builder = pcap();
    for (int i = 0; i < MANY; i++) {
      builder.record(i, 0, 1 + i % 300, i, i & 0xff);
    }
    List<Packet> packets = new ArrayList<>();

    try (PcapFileSource source = how.open(builder.build(), folder)) {
      assertThat(RealPackets.readAll(source, packets)).isNull();
    }

    assertThat(packets).hasSize(MANY);
    for (int i = 0; i < MANY; i++) {
      Packet packet = packets.get(i);
      assertThat(packet.timestampNanos()).isEqualTo(i * 1_000_000_000L);
      assertThat(packet.bytes()).hasSize(1 + i % 300).containsOnly(i & 0xff);
    }
  }

  @Test
  void shouldTakeTimeAsUnsignedSeconds() {
    List<Packet> packets = read(pcap().record(-1, 0, 1, 1, 1).build());

    assertThat(packets.getFirst().timestampNanos()).isEqualTo(4_294_967_295_000_000_000L);
  }

  @Test
  void shouldTakeLargestWireLengthWhenItIsBeyondAnInt() {
    List<Packet> packets = read(pcap().record(1, 0, 1, -1, 1).build());

    assertThat(packets.getFirst().wireLength()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void shouldTellOfFrameCheckSequenceInLinkTypeWord() {
    try (PcapFileSource source =
        Opening.STREAM.open(pcap(PcapBuilder.Format.MICROS, 0x2400_0001).build(), folder)) {
      assertThat(source.linkType()).isEqualTo(0x2400_0001);
      assertThat(LinkType.ofFrames(source.linkType())).isEqualTo(1);
    }
  }

  @Test
  void shouldTakeLargestRecordThatIsBelieved() {
    byte[] file =
        pcap()
            .record(1, 0, PcapFileSource.MAX_CAPLEN, PcapFileSource.MAX_CAPLEN, 7)
            .record(2, 0, 1, 1, 8)
            .build();

    assertThat(read(file))
        .extracting(packet -> packet.bytes().length)
        .containsExactly(PcapFileSource.MAX_CAPLEN, 1);
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldCountAsReceivedWhatWasHandedOver(Opening how) {
    SourceStats stats = new SourceStats();
    byte[] file = pcap().record(1, 0, 5, 5, 1).record(2, 0, 5, 5, 2).build();

    try (PcapFileSource source = how.open(file, folder)) {
      RealPackets.readAll(source, new ArrayList<>());
      source.readStats(stats);
    }

    assertThat(stats.received).isEqualTo(2);
    assertThat(stats.dropped).isZero();
  }

  @Test
  void shouldCountAsReceivedWhatTheHandlerFailedOn() {
    SourceStats stats = new SourceStats();
    byte[] file = pcap().record(1, 0, 5, 5, 1).record(2, 0, 5, 5, 2).build();

    try (PcapFileSource source = Opening.MAPPED.open(file, folder)) {
      assertThatThrownBy(
              () ->
                  source.poll(
                      batch -> {
                        throw new IllegalStateException("handler");
                      }))
          .hasMessage("handler");
      source.readStats(stats);
    }

    assertThat(stats.received).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldTellHowFarItHasRead(Opening how) {
    byte[] file = pcap().record(1, 0, 5, 5, 1).record(2, 0, 5, 5, 2).build();

    try (PcapFileSource source = how.open(file, folder)) {
      assertThat(source.offset()).isEqualTo(24);
      RealPackets.readAll(source, new ArrayList<>());
      assertThat(source.offset()).isEqualTo(file.length);
    }
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldEndWhenStopped(Opening how) {
    byte[] file = pcap().record(1, 0, 5, 5, 1).build();

    try (PcapFileSource source = how.open(file, folder)) {
      source.stop();
      source.stop();
      assertThat(source.poll(batch -> {})).isEqualTo(PacketSource.END);
    }
  }

  @Test
  void shouldStopBetweenBatchesWhenHandlerAsks() {
    PcapBuilder builder = pcap();
    for (int i = 0; i < MANY; i++) {
      builder.record(i, 0, 1, 1, 1);
    }
    try (PcapFileSource source = Opening.MAPPED.open(builder.build(), folder)) {
      int packets = source.poll(batch -> source.stop());
      assertThat(packets).isBetween(1, MANY - 1);
      assertThat(source.poll(batch -> {})).isEqualTo(PacketSource.END);
    }
  }

  @Test
  void shouldNotWaitForMoreOfAPipeBeforeItAnswers() {
    byte[] file = pcap().record(1, 0, 5, 5, 1).record(2, 0, 5, 5, 2).build();
    AtomicInteger reads = new AtomicInteger();
    InputStream pipe =
        new ByteArrayInputStream(file) {
          @Override
          public synchronized int read(byte[] into, int offset, int length) {
            reads.incrementAndGet();
            return super.read(into, offset, length);
          }
        };

    try (PcapFileSource source = PcapFileSource.open(Channels.newChannel(pipe), "pipe")) {
      int readsBefore = reads.get();
      assertThat(source.poll(batch -> {})).isEqualTo(2);
      assertThat(reads).hasValue(readsBefore);
      assertThat(source.poll(batch -> {})).isEqualTo(PacketSource.END);
    }
  }

  @Test
  void shouldSayWhatIsWrongWhenFileIsMissing() {
    Path missing = folder.resolve("missing.pcap");

    assertThatThrownBy(() -> PcapFileSource.open(missing))
        .isInstanceOf(PacketSourceException.class)
        .hasMessageContaining(missing.toString())
        .hasMessageContaining("cannot be read");
  }

  @Test
  void shouldNotBeLive() {
    try (PcapFileSource source = Opening.STREAM.open(pcap().build(), folder)) {
      assertThat(source.isLive()).isFalse();
      assertThat(source.name()).isEqualTo("file.pcap");
      assertThat(source.error()).isNull();
    }
  }

  private List<Packet> read(byte[] file) {
    List<Packet> packets = new ArrayList<>();
    try (PcapFileSource source = Opening.MAPPED.open(file, folder)) {
      assertThat(RealPackets.readAll(source, packets)).isNull();
    }
    return packets;
  }
}
