package org.gotm.core.pcapfile;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gotm.core.pcapfile.PcapngBuilder.MICROS;
import static org.gotm.core.pcapfile.PcapngBuilder.pcapng;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.gotm.core.Seed;
import org.gotm.core.pcapfile.RealPackets.Packet;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.SourceStats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Good pcapng files, however their bytes come. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PcapngFileSourceTest {
  private static final long SEED = Seed.of(PcapngFileSourceTest.class);
  private static final int MANY = 40_000;

  @TempDir Path folder;

  private List<Run> read(Opening how, PcapngBuilder builder) {
    return Run.readAll(how.openPcapng(builder.build(), folder));
  }

  private static Packet single(List<Run> runs) {
    assertThat(runs).singleElement().satisfies(run -> assertThat(run.packets()).hasSize(1));
    return runs.getFirst().packets().getFirst();
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldReadSectionsOfEitherByteOrderWithInterfacesOfTheirOwn(Opening how) {
    PcapngBuilder builder = pcapng(LITTLE_ENDIAN);
    for (ByteOrder order : List.of(BIG_ENDIAN, LITTLE_ENDIAN, BIG_ENDIAN)) {
      builder.link(1, 96).link(1, 65535);
      builder.packet(1, 1_700_000_000_000_007L, 61, 1514, 0xab);
      builder.packet(0, 1_700_000_001_000_000L, 0, 0, 0);
      builder.section(order).link(1, MICROS + 3, 0);
      builder.packet(0, 1_700_000_002_000_000_009L, 3, 3, 0xcd);
      builder.section(order);
    }

    List<Run> runs = read(how, builder);

    assertThat(runs).singleElement().extracting(Run::linkType).isEqualTo(1);
    List<Packet> packets = runs.getFirst().packets();
    assertThat(packets).hasSize(9);
    for (int i = 0; i < 9; i += 3) {
      assertThat(packets.get(i).bytes()).hasSize(61).containsOnly(0xab);
      assertThat(packets.get(i).wireLength()).isEqualTo(1514);
      assertThat(packets.get(i).timestampNanos()).isEqualTo(1_700_000_000_000_007_000L);
      assertThat(packets.get(i + 1).bytes()).isEmpty();
      assertThat(packets.get(i + 2).bytes()).hasSize(3).containsOnly(0xcd);
      assertThat(packets.get(i + 2).timestampNanos()).isEqualTo(1_700_000_002_000_000_009L);
    }
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldReadPacketsOfEveryKindAndSkipWhatIsUnknown(Opening how) {
    List<Run> runs =
        read(
            how,
            pcapng(BIG_ENDIAN)
                .unknown(4, 20)
                .link(1, 50)
                .unknown(0x0bad, 8)
                .simplePacket(50, 1514, 1)
                .unknown(0x8000_0001, 0)
                .oldPacket(0, 5, 7, 9, 2)
                .unknown(5, 70_001)
                .simplePacket(3, 3, 3)
                .packet(0, 6, 40, 40, 4)
                .unknown(10, (16 << 20) - 12));

    List<Packet> packets = runs.getFirst().packets();
    assertThat(packets).extracting(packet -> packet.bytes().length).containsExactly(50, 7, 3, 40);
    assertThat(packets).extracting(Packet::wireLength).containsExactly(1514, 9, 3, 40);
    assertThat(packets).extracting(Packet::timestampNanos).containsExactly(0L, 5000L, 0L, 6000L);
    for (int i = 0; i < packets.size(); i++) {
      assertThat(packets.get(i).bytes()).containsOnly(i + 1);
    }
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldReadMorePacketsThanFitIntoOneBatchOrBuffer(Opening how) {
    PcapngBuilder builder = pcapng();
    for (int i = 0; i < MANY; i++) {
      builder.packet(0, i, 1 + i % 300, i, i & 0xff);
    }

    List<Packet> packets = read(how, builder).getFirst().packets();

    assertThat(packets).hasSize(MANY);
    for (int i = 0; i < MANY; i++) {
      assertThat(packets.get(i).bytes()).hasSize(1 + i % 300).containsOnly(i & 0xff);
      assertThat(packets.get(i).timestampNanos()).isEqualTo(i * 1000L);
    }
  }

  /** 10^-n and 2^-n, with times that only BigInteger reckons without care. */
  @Test
  void shouldReadClocksOfEveryResolutionAndOffset() {
    SplittableRandom random = new SplittableRandom(SEED);
    int[] resolutions =
        IntStream.concat(IntStream.rangeClosed(0, 19), IntStream.rangeClosed(0x80, 0x80 + 63))
            .toArray();
    for (int resolution : resolutions) {
      for (int i = 0; i < 50; i++) {
        long units = random.nextLong() >>> random.nextInt(64);
        long offset = i % 3 == 0 ? random.nextInt() : i % 3 == 1 ? 0 : random.nextLong();
        long nanos =
            single(
                    Run.readAll(
                        Opening.MEMORY.openPcapng(
                            pcapng(BIG_ENDIAN)
                                .link(1, resolution, offset)
                                .packet(0, units, 1, 1, 1)
                                .build(),
                            folder)))
                .timestampNanos();
        assertThat(nanos)
            .as("resolution %02x, time %x, offset %d", resolution, units, offset)
            .isEqualTo(expectedNanos(resolution, units, offset));
      }
    }
  }

  /** Sums that overflow 64 bits on the way, or come back from beyond. */
  @ParameterizedTest
  @CsvSource({
    "9223372036854775807, 9223372036854775807, 4294967295999999999",
    "-1, 9223372036854775807, 4294967295999999999",
    "-1, -9223372036854775808, 4294967295999999999",
    "-9223372036854775808, -9223372036854775808, 0",
    "-9223372036854775803, -9223372036854775808, 5000000000",
    "0, -9223372036854775808, 0",
    "4611686018427387904, 4611686018427387904, 4294967295999999999"
  })
  void shouldClampTimesWhoseSumOverflows(long seconds, long offset, long expectedNanos) {
    byte[] file = pcapng(BIG_ENDIAN).link(1, 0, offset).packet(0, seconds, 1, 1, 1).build();

    assertThat(single(Run.readAll(Opening.MEMORY.openPcapng(file, folder))).timestampNanos())
        .isEqualTo(expectedNanos);
  }

  private static long expectedNanos(int resolution, long units, long offset) {
    BigInteger perSecond =
        (resolution & 0x80) == 0
            ? BigInteger.TEN.pow(resolution)
            : BigInteger.TWO.pow(resolution & 0x7f);
    BigInteger giga = BigInteger.valueOf(1_000_000_000);
    BigInteger nanos =
        new BigInteger(Long.toUnsignedString(units))
            .multiply(giga)
            .divide(perSecond)
            .add(BigInteger.valueOf(offset).multiply(giga));
    BigInteger last = BigInteger.ONE.shiftLeft(32).multiply(giga).subtract(BigInteger.ONE);
    return nanos.max(BigInteger.ZERO).min(last).longValueExact();
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldGiveASourceForEachRunOfALinkType(Opening how) {
    PcapngBuilder builder = pcapng(LITTLE_ENDIAN).link(9, 0).link(1, 0).link(101, 0);
    for (int i = 0; i < 3; i++) {
      builder.packet(1, i, 10, 10, 1).packet(2, i, 20, 20, 2);
    }
    builder.section(BIG_ENDIAN).link(0, 0).packet(0, 9, 30, 30, 3);

    List<Run> runs = read(how, builder);

    assertThat(Run.packets(runs, 1)).extracting(Packet::timestampNanos).hasSize(3).isSorted();
    assertThat(Run.packets(runs, 101)).extracting(Packet::timestampNanos).hasSize(3).isSorted();
    assertThat(Run.packets(runs, 0)).singleElement().satisfies(p -> assertFilled(p, 30, 3));
    assertThat(Run.packets(runs, 1)).allSatisfy(packet -> assertFilled(packet, 10, 1));
    assertThat(Run.packets(runs, 101)).allSatisfy(packet -> assertFilled(packet, 20, 2));
    assertThat(runs).allSatisfy(run -> assertThat(run.received()).isEqualTo(run.packets().size()));
  }

  private static void assertFilled(Packet packet, int length, int fill) {
    assertThat(packet.bytes()).hasSize(length).containsOnly(fill);
  }

  @Test
  void shouldMakeFewRunsWhenLinkTypesTakeTurns() {
    PcapngBuilder builder = pcapng(LITTLE_ENDIAN).link(1, 0).link(101, 0);
    for (int i = 0; i < 10_000; i++) {
      builder.packet(i % 2, i, 10, 10, i % 2);
    }

    List<Run> runs = read(Opening.MAPPED, builder);

    assertThat(runs).hasSizeLessThan(200);
    for (int link = 0; link < 2; link++) {
      List<Packet> packets = Run.packets(runs, link == 0 ? 1 : 101);
      assertThat(packets).hasSize(5000);
      for (int i = 0; i < 5000; i++) {
        assertThat(packets.get(i).timestampNanos()).isEqualTo((2 * i + link) * 1000L);
        assertThat(packets.get(i).bytes()).containsOnly(link);
      }
    }
  }

  @Test
  void shouldSayWhatFollowsWhenTheLinkTypeChanges() {
    byte[] file =
        pcapng(LITTLE_ENDIAN)
            .link(1, 0)
            .link(113, 0)
            .packet(0, 1, 1, 1, 1)
            .packet(1, 2, 2, 2, 2)
            .build();
    try (PcapngFileSource next = afterTheChange(PcapngFileSource.open(write(file)))) {
      assertThat(next.linkType()).isEqualTo(113);
      assertThat(next.poll(batch -> {})).isEqualTo(1);
      assertThat(next.poll(batch -> {})).isEqualTo(PacketSource.END);
    }
  }

  /** The source is closed, what goes on is not. */
  private static PcapngFileSource afterTheChange(PcapngFileSource first) {
    try (PcapngFileSource source = first) {
      assertThatIllegalStateException().isThrownBy(source::next);
      assertThat(source.poll(batch -> {})).isEqualTo(1);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> source.poll(batch -> {}))
            .isInstanceOf(LinkTypeChangeException.class)
            .hasMessageEndingWith(
                "file.pcapng: packets of link type 113 follow those of link type 1;"
                    + " read on with next()");
      }
      PcapngFileSource next = source.next();
      assertThatIllegalStateException().isThrownBy(source::next);
      return next;
    }
  }

  private Path write(byte[] file) {
    try {
      return Files.write(folder.resolve("file.pcapng"), file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({"true, 113", "false, 1"})
  void shouldEndAtOnceWhenThereIsNoPacket(boolean hasInterface, int linkType) {
    PcapngBuilder builder = pcapng(BIG_ENDIAN);
    byte[] file = (hasInterface ? builder.link(113, 0) : builder).build();
    for (Opening how : Opening.values()) {
      try (PcapngFileSource source = how.openPcapng(file, folder)) {
        assertThat(source.linkType()).isEqualTo(linkType);
        List<Packet> packets = new ArrayList<>();
        assertThat(RealPackets.readAll(source, packets)).isNull();
        assertThat(packets).isEmpty();
        assertThat(source.offset()).isEqualTo(file.length);
      }
    }
  }

  @Test
  void shouldTakeNoMorePacketsWhenStopped() {
    PcapngBuilder builder = pcapng();
    for (int i = 0; i < 1000; i++) {
      builder.packet(0, i, 10, 10, 1);
    }
    SourceStats stats = new SourceStats();
    List<Integer> counts = new ArrayList<>();
    try (PcapngFileSource source = Opening.STREAM.openPcapng(builder.build(), folder)) {
      source.poll(
          batch -> {
            counts.add(batch.count());
            source.stop();
          });
      assertThat(source.poll(batch -> {})).isEqualTo(PacketSource.END);
      source.readStats(stats);
    }
    assertThat(counts).hasSize(1);
    assertThat(stats.received).isEqualTo(counts.getFirst().longValue());
  }
}
