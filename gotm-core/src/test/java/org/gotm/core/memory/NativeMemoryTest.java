package org.gotm.core.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.gotm.core.Seed;
import org.gotm.core.packet.GuardedMemory;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {
  private static final int LONGEST = 200;
  private static final int ROOM = 16;

  @Test
  void shouldCopyNeitherLessNorMoreNorReadBeyondTheEndWhateverTheLength() {
    byte[] source = new byte[LONGEST];
    new Random(Seed.of(NativeMemoryTest.class)).nextBytes(source);
    try (GuardedMemory guarded = new GuardedMemory(LONGEST);
        Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(LONGEST + 2 * ROOM);
      for (int length = 0; length <= LONGEST; length++) {
        long from = guarded.segment().address() + guarded.putAtEnd(source, length);
        int at = ROOM + length % 8;
        byte[] expected = new byte[(int) target.byteSize()];
        System.arraycopy(source, 0, expected, at, length);
        target.fill((byte) 0);

        NativeMemory.copy(from, target.address() + at, length);

        assertThat(target.toArray(JAVA_BYTE)).as("length=%d", length).isEqualTo(expected);
      }
    }
  }
}
