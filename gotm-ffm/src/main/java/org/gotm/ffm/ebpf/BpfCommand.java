package org.gotm.ffm.ebpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.ffm.linux.Libc;

/**
 * One command of bpf(2): its number, and where its arguments are in {@code union bpf_attr}. What is
 * not set is 0. Source: linux/bpf.h; jextract cannot make the union's nameless structs out.
 *
 * <pre>
 *                0          4         8            12          16       24        28
 *   MAP_CREATE   | type     | key     | value      | entries   | flags  ...       | name 16 |
 *   PROG_LOAD    | type     | count   | instructions           | license| level   | size    | log 8 |
 *   PROG_TEST_RUN| fd       | answer  | length in  | length out| input  ...
 * </pre>
 */
final class BpfCommand implements AutoCloseable {
  static final int MAP_CREATE = 0;
  static final int PROG_LOAD = 5;
  static final int PROG_TEST_RUN = 10;

  static final int MAP_TYPE = 0;
  static final int MAP_KEY_BYTES = 4;
  static final int MAP_VALUE_BYTES = 8;
  static final int MAP_ENTRIES = 12;
  static final int MAP_NAME = 28;

  static final int PROGRAM_TYPE = 0;
  static final int PROGRAM_LENGTH = 4;
  static final int PROGRAM_INSTRUCTIONS = 8;
  static final int PROGRAM_LICENSE = 16;
  static final int PROGRAM_LOG_LEVEL = 24;
  static final int PROGRAM_LOG_BYTES = 28;
  static final int PROGRAM_LOG = 32;
  static final int PROGRAM_NAME = 48;

  static final int RUN_PROGRAM = 0;
  static final int RUN_ANSWER = 4;
  static final int RUN_INPUT_BYTES = 8;
  static final int RUN_INPUT = 16;

  /** The union as it was in the oldest kernel that has all this; a larger one is to end in 0. */
  private static final int LENGTH = 80;

  private static final int LONGEST_NAME = 15;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment attributes = arena.allocate(LENGTH, Long.BYTES);

  /** A command that nothing is set of. */
  BpfCommand() {}

  /** Memory that lives as long as the command. */
  MemorySegment allocate(long bytes) {
    return arena.allocate(bytes, Long.BYTES);
  }

  BpfCommand set(int offset, int value) {
    attributes.set(JAVA_INT, offset, value);
    return this;
  }

  BpfCommand set(int offset, MemorySegment memory) {
    attributes.set(JAVA_LONG, offset, memory.address());
    return this;
  }

  /** Sets an address of text. */
  BpfCommand setText(int offset, String text) {
    return set(offset, arena.allocateFrom(text));
  }

  /** Sets a name as tools show it, at most 15 letters, digits or {@code _}. */
  BpfCommand setName(int offset, String name) {
    for (int i = 0; i < Math.min(name.length(), LONGEST_NAME); i++) {
      attributes.set(JAVA_BYTE, offset + i, (byte) name.charAt(i));
    }
    return this;
  }

  int get(int offset) {
    return attributes.get(JAVA_INT, offset);
  }

  /** Runs it; answers what the kernel does, or {@code -errno}. */
  int run(int number) {
    return new Libc(arena).bpf(number, attributes);
  }

  /** Closes what the kernel has answered a command with. */
  static void closeDescriptor(int fd) {
    try (Arena call = Arena.ofConfined()) {
      new Libc(call).close(fd);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
