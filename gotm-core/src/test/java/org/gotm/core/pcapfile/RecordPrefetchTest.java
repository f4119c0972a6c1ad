package org.gotm.core.pcapfile;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.gotm.core.Seed;
import org.gotm.core.packet.GuardedMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The memory ends at a page that may not be touched. */
class RecordPrefetchTest {
  private static final int LENGTH = 1 << 20;
  private static final int SECONDS = 1_700_000_000;

  private final SplittableRandom random = new SplittableRandom(Seed.of(RecordPrefetchTest.class));
  private final GuardedMemory guarded = new GuardedMemory(LENGTH);
  private final MemorySegment memory =
      guarded.segment().asSlice(guarded.putAtEnd(new byte[LENGTH], LENGTH), LENGTH);
  private final RecordPrefetch prefetch = new RecordPrefetch(PcapRecordLayout.HEADER_LENGTH);

  @AfterEach
  void free() {
    guarded.close();
  }

  @Test
  void shouldTouchTheHeadersOfEveryRecordOnceWhenRecordsAreLong() {
    long expected = 0;
    int packets = 0;
    long at = 0;
    for (long next; (next = write(at, 600 + random.nextInt(900))) > 0; at = next) {
      if (at <= LENGTH - 96) {
        expected += memory.get(JAVA_BYTE, at + 64) + memory.get(JAVA_BYTE, at + 95);
      }
      packets++;
    }

    prefetch.touch(memory.address(), memory.address() + at, packets);

    assertThat(packets).isGreaterThan(500);
    assertThat(prefetch.touched()).isEqualTo(expected);
  }

  @Test
  void shouldTouchEveryLineWhenRecordsAreShort() {
    for (long at = 0; at >= 0; at = write(at, 60)) {
      // one behind the other
    }
    long expected = 0;
    for (int line = 0; line < LENGTH; line += 64) {
      expected += memory.get(JAVA_BYTE, line);
    }

    prefetch.touch(memory.address(), memory.address() + LENGTH, LENGTH / 76);

    assertThat(prefetch.touched()).isEqualTo(expected);
  }

  @Test
  void shouldStayWithinItsBoundsWhenLengthsAreRandom() {
    for (int run = 0; run < 200; run++) {
      for (int i = 0; i < LENGTH; i += Integer.BYTES) {
        int word = random.nextInt(4) == 0 ? SECONDS : random.nextInt() >>> random.nextInt(32);
        memory.set(JAVA_INT_UNALIGNED, i, word);
      }
      long from = random.nextInt(LENGTH + 1);
      prefetch.touch(memory.address() + from, memory.address() + LENGTH, random.nextInt(1, 2000));
    }
    assertThat(prefetch.touched()).isNotZero();
  }

  /** Writes a record; answers where the next one begins, or -1 if this one did not fit. */
  private long write(long at, int caplen) {
    long data = at + PcapRecordLayout.HEADER_LENGTH;
    if (data + caplen > LENGTH) {
      return -1;
    }
    PcapRecordLayout.write(memory, at, SECONDS * 1_000_000_000L, 1, caplen, caplen);
    for (int i = 0; i < caplen; i++) {
      memory.set(JAVA_BYTE, data + i, (byte) random.nextInt());
    }
    return data + caplen;
  }
}
