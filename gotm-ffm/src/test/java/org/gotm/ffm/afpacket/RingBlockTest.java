package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.gotm.core.source.PacketBatch;
import org.gotm.ffm.linux.generated.tpacket3_hdr;
import org.gotm.ffm.linux.generated.tpacket_hdr_v1;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RingBlockTest {
  private static final int BLOCK = 16 * 1024;

  private final MemorySegment ring = Arena.ofAuto().allocate(3 * BLOCK, Long.BYTES);
  private final SyntheticBlock block =
      new SyntheticBlock(ring.asSlice(BLOCK, BLOCK), SyntheticBlock.ETHERNET_FRAME);
  private final RingBlock reader = new RingBlock(ring, BLOCK, false);
  private final PacketBatch batch = new PacketBatch(PacketBatch.DEFAULT_CAPACITY);

  private static byte[] frame(int length, int number) {
    byte[] frame = new byte[length];
    for (int i = 0; i < length; i++) {
      frame[i] = (byte) (number + i);
    }
    return frame;
  }

  private List<byte[]> readAll() {
    List<byte[]> frames = new ArrayList<>();
    reader.open(BLOCK);
    while (!reader.isExhausted()) {
      reader.fill(batch);
      for (int i = 0; i < batch.count(); i++) {
        frames.add(batch.segment.asSlice(batch.offsets[i], batch.caplens[i]).toArray(JAVA_BYTE));
      }
    }
    return frames;
  }

  @Test
  void shouldPointAtEachPacketWhereItIsWhenBlockIsSound() {
    block.add(frame(60, 1)).add(frame(61, 2)).add(frame(1514, 3));

    assertThat(readAll()).containsExactly(frame(60, 1), frame(61, 2), frame(1514, 3));
    assertThat(batch.segment).isSameAs(ring);
    assertThat(batch.offsets[0]).isEqualTo(BLOCK + 48 + SyntheticBlock.ETHERNET_FRAME);
    assertThat(reader.malformed()).isZero();
  }

  @Test
  void shouldTellTimeAndLengthOnTheWireWhenPacketIsCut() {
    block.add(frame(60, 1)).add(frame(96, 2));
    tpacket3_hdr.tp_len(block.last(), 9000);
    readAll();

    assertThat(batch.caplens[1]).isEqualTo(96);
    assertThat(batch.wireLengths[1]).isEqualTo(9000);
    assertThat(batch.timestampsNanos[1]).isEqualTo(SyntheticBlock.firstNanos() + 1);
    assertThat(batch.vlanTags[1]).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0, 9000, 1", "0, 0, 0", "1, 9000, 0"})
  void shouldCountAPacketAsCutToTheBlockWhenItWasLongerAndReachesToTheEnd(
      int shorter, int wireLength, int cut) {
    int room = (int) block.length() - 48 - SyntheticBlock.ETHERNET_FRAME - shorter;
    block.add(frame(room, 1));
    if (wireLength > 0) {
      tpacket3_hdr.tp_len(block.last(), room + wireLength);
    }
    assertThat(readAll()).hasSize(1);

    assertThat(reader.cutToBlock()).isEqualTo(cut);
    assertThat(reader.malformed()).isZero();
  }

  @Test
  void shouldTellTimesAfter2038WhenTheyCome() {
    block.add(frame(60, 1));
    tpacket3_hdr.tp_sec(block.last(), (int) 4_000_000_000L);
    tpacket3_hdr.tp_nsec(block.last(), 999_999_999);
    readAll();

    assertThat(batch.timestampsNanos[0]).isEqualTo(4_000_000_000_999_999_999L);
  }

  @Test
  void shouldTellTheTagWhenTheKernelTookItOut() {
    block.add(frame(60, 1)).withVlan(0x88a8, 0x2064);
    readAll();

    assertThat(batch.vlanTags[0]).isEqualTo(0x88a82064);
    assertThat(batch.caplens[0]).isEqualTo(60);
    assertThat(batch.wireLengths[0]).isEqualTo(60);
  }

  @Test
  void shouldTakeTheUsualTpidWhenTheKernelDoesNotTellIt() {
    block.add(frame(60, 1)).withVlan(0, 100);
    readAll();

    assertThat(batch.vlanTags[0]).isEqualTo(0x81000064);
  }

  @Test
  void shouldTellATagWhenItsTciIsZero() {
    block.add(frame(60, 1)).withVlan(0x8100, 0);
    readAll();

    assertThat(batch.vlanTags[0]).isEqualTo(0x81000000);
  }

  @Test
  void shouldGiveNothingWhenBlockIsEmpty() {
    assertThat(readAll()).isEmpty();
    assertThat(reader.malformed()).isZero();
  }

  @Test
  void shouldFillSeveralBatchesWhenBlockHoldsMoreThanOne() {
    PacketBatch small = new PacketBatch(2);
    for (int i = 0; i < 5; i++) {
      block.add(frame(60, i));
    }
    reader.open(BLOCK);
    List<Integer> counts = new ArrayList<>();
    while (!reader.isExhausted()) {
      reader.fill(small);
      counts.add(small.count());
    }

    assertThat(counts).containsExactly(2, 2, 1);
    assertThat(small.segment.get(JAVA_BYTE, small.offsets[0])).isEqualTo((byte) 4);
  }

  @Test
  void shouldReadTheNextBlockAnewWhenOneIsDone() {
    block.add(frame(60, 1));
    readAll();
    new SyntheticBlock(ring.asSlice(2 * BLOCK, BLOCK), SyntheticBlock.ETHERNET_FRAME)
        .add(frame(70, 2));
    reader.open(2 * BLOCK);
    reader.fill(batch);

    assertThat(batch.count()).isEqualTo(1);
    assertThat(batch.caplens[0]).isEqualTo(70);
  }

  private void shouldLeaveOutTheSecondOfThree(Consumer<MemorySegment> spoil) {
    block.add(frame(60, 1)).add(frame(61, 2));
    MemorySegment second = block.last();
    block.add(frame(62, 3));
    spoil.accept(second);

    assertThat(readAll()).containsExactly(frame(60, 1), frame(62, 3));
    assertThat(reader.malformed()).isEqualTo(1);
  }

  @Test
  void shouldLeaveOutAPacketWhenItReachesOutOfTheBlock() {
    shouldLeaveOutTheSecondOfThree(packet -> tpacket3_hdr.tp_snaplen(packet, BLOCK));
  }

  @Test
  void shouldLeaveOutAPacketWhenItsLengthIsNegative() {
    shouldLeaveOutTheSecondOfThree(packet -> tpacket3_hdr.tp_snaplen(packet, -1));
  }

  @Test
  void shouldLeaveOutAPacketWhenItsWireLengthIsUnbelievable() {
    shouldLeaveOutTheSecondOfThree(packet -> tpacket3_hdr.tp_len(packet, 0x7fff_ffff));
  }

  @Test
  void shouldLeaveOutAPacketWhenItWasShorterOnTheWire() {
    shouldLeaveOutTheSecondOfThree(packet -> tpacket3_hdr.tp_len(packet, 60));
  }

  @Test
  void shouldLeaveOutAPacketWhenItBeginsInItsOwnHeader() {
    shouldLeaveOutTheSecondOfThree(packet -> tpacket3_hdr.tp_mac(packet, (short) 67));
  }

  @Test
  void shouldLeaveOutAPacketWhenItBeginsBehindTheBlock() {
    shouldLeaveOutTheSecondOfThree(packet -> tpacket3_hdr.tp_mac(packet, (short) 0xffff));
  }

  private void shouldLeaveOutAllAfterTheFirst(int next) {
    block.add(frame(60, 1));
    MemorySegment first = block.last();
    block.add(frame(61, 2)).add(frame(62, 3));
    tpacket3_hdr.tp_next_offset(first, next);

    assertThat(readAll()).containsExactly(frame(60, 1));
    assertThat(reader.malformed()).isEqualTo(2);
  }

  @Test
  void shouldLeaveOutTheRestWhenThereIsNoNext() {
    shouldLeaveOutAllAfterTheFirst(0);
  }

  @Test
  void shouldLeaveOutTheRestWhenNextIsWithinTheHeader() {
    shouldLeaveOutAllAfterTheFirst(47);
  }

  @Test
  void shouldLeaveOutTheRestWhenNextIsBehindTheBlock() {
    shouldLeaveOutAllAfterTheFirst(BLOCK);
  }

  @Test
  void shouldLeaveOutTheRestWhenNextLeavesNoRoomForAHeader() {
    shouldLeaveOutAllAfterTheFirst(BLOCK - 48 - 47);
  }

  @Test
  void shouldLeaveOutTheRestWhenNextIsNegative() {
    shouldLeaveOutAllAfterTheFirst(-48);
  }

  @Test
  void shouldLeaveOutAllWhenFirstIsBehindTheBlock() {
    block.add(frame(60, 1)).add(frame(61, 2));
    tpacket_hdr_v1.offset_to_first_pkt(block.header(), -8);

    assertThat(readAll()).isEmpty();
    assertThat(reader.malformed()).isEqualTo(2);
  }

  @Test
  void shouldLeaveOutAllWhenFirstIsWithinTheBlockHeader() {
    block.add(frame(60, 1));
    tpacket_hdr_v1.offset_to_first_pkt(block.header(), 40);

    assertThat(readAll()).isEmpty();
    assertThat(reader.malformed()).isEqualTo(1);
  }

  @Test
  void shouldCountNoMoreThanABlockCanHoldWhenPacketCountIsNonsense() {
    block.add(frame(60, 1));
    tpacket_hdr_v1.num_pkts(block.header(), -1);

    assertThat(readAll()).hasSize(1);
    assertThat(reader.malformed()).isEqualTo(BLOCK / 48 - 1);
  }
}
