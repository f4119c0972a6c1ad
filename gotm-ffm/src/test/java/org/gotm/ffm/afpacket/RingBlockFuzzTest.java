package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.gotm.core.Seed;
import org.gotm.core.packet.GuardedMemory;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Broken blocks, at the end of memory that may not be read beyond. */
class RingBlockFuzzTest {
  private static final int BLOCK = 64 * 1024;
  private static final int ROUNDS = 4000;
  private static final long SEED = Seed.of(RingBlockFuzzTest.class);

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final PacketBatch batch = new PacketBatch(PacketBatch.DEFAULT_CAPACITY);

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldStayWithinTheBlockWhenItIsBroken(boolean cooked) {
    try (GuardedMemory memory = new GuardedMemory(BLOCK)) {
      long begin = memory.putAtEnd(new byte[BLOCK], BLOCK);
      MemorySegment block = memory.segment().asSlice(begin, BLOCK);
      for (int round = 0; round < ROUNDS; round++) {
        fill(block, cooked);
        damage(block);
        readAll(block, cooked, round);
      }
    }
  }

  private void fill(MemorySegment block, boolean cooked) {
    SyntheticBlock content =
        new SyntheticBlock(block, SyntheticBlock.ETHERNET_FRAME + (cooked ? CookedHeader.ROOM : 0));
    int packets = 1 + random.nextInt(200);
    for (int i = 0; i < packets; i++) {
      content.add(new byte[random.nextInt(200)]);
      content.withHardwareType(random.nextBoolean() ? 1 : 768, random.nextInt(-5, 100));
      if (random.nextInt(4) == 0) {
        content.withVlan(random.nextInt(0x10000), random.nextInt(0x10000));
      }
    }
  }

  private void damage(MemorySegment block) {
    int hits = 1 + random.nextInt(20);
    for (int i = 0; i < hits; i++) {
      int at = random.nextInt(random.nextBoolean() ? 48 : BLOCK - Integer.BYTES);
      switch (random.nextInt(4)) {
        case 0 -> block.set(JAVA_BYTE, at, (byte) random.nextInt());
        case 1 -> block.set(JAVA_INT_UNALIGNED, at, random.nextInt());
        case 2 -> block.set(JAVA_INT_UNALIGNED, at, random.nextInt(BLOCK + 100));
        default -> block.set(JAVA_INT_UNALIGNED, at, -random.nextInt(100));
      }
    }
  }

  private void readAll(MemorySegment block, boolean cooked, int round) {
    RingBlock reader = new RingBlock(block, BLOCK, cooked);
    reader.open(0);
    int packets = 0;
    while (!reader.isExhausted()) {
      reader.fill(batch);
      packets += batch.count();
      for (int i = 0; i < batch.count(); i++) {
        assertThat(batch.offsets[i]).as("round %d", round).isBetween(48L, (long) BLOCK);
        assertThat(batch.caplens[i])
            .as("round %d", round)
            .isBetween(0, (int) (BLOCK - batch.offsets[i]));
        assertThat(batch.wireLengths[i])
            .as("round %d", round)
            .isGreaterThanOrEqualTo(batch.caplens[i]);
      }
    }
    assertThat(packets + reader.malformed()).as("round %d", round).isLessThanOrEqualTo(BLOCK / 48);
  }
}
