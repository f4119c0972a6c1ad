package org.gotm.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.gotm.core.source.PacketBatch;

/** Batches of TCP packets over a number of flows, in memory that is filled once. */
final class Traffic {
  static final int FRAME = 128;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int PACKETS = 1 << 16;
  private static final long START_NANOS = 1_700_000_000_000_000_000L;

  private final MemorySegment memory;
  private final PacketBatch batch = new PacketBatch(PacketBatch.DEFAULT_CAPACITY);
  private int next;

  Traffic(int flows, Arena arena) {
    memory = arena.allocate((long) PACKETS * FRAME, 4096);
    SplittableRandom random = new SplittableRandom(1);
    for (long at = 0; at < memory.byteSize(); at += FRAME) {
      int flow = random.nextInt(flows);
      memory.set(INT, at + 12, 0x0800_4500);
      memory.set(INT, at + 14, 0x4500_0000 | FRAME - 14);
      memory.set(INT, at + 22, 0x4006_0000);
      memory.set(INT, at + 26, 0x0a00_0000 + flow);
      memory.set(INT, at + 30, 0xc0a8_0001);
      memory.set(INT, at + 34, flow % 60000 << 16 | 443);
      memory.set(INT, at + 46, 0x5010_0000);
    }
  }

  /** The next full batch of packets, always the same object. */
  PacketBatch nextBatch() {
    batch.clear(memory);
    while (!batch.isFull()) {
      batch.add((long) next * FRAME, FRAME, FRAME, START_NANOS + next, 0);
      next = next + 1 & PACKETS - 1;
    }
    return batch;
  }
}
