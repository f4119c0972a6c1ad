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
 *   MAP_.._ELEM  | fd       |         | key                    | value  | flags   |
 *   MAP_.._BATCH | cursors                                     | keys   | values  | count | fd
 * </pre>
 */
final class BpfCommand implements AutoCloseable {
  static final int MAP_CREATE = 0;
  static final int MAP_LOOKUP_ELEM = 1;
  static final int MAP_UPDATE_ELEM = 2;
  static final int MAP_DELETE_ELEM = 3;
  static final int PROG_LOAD = 5;
  static final int PROG_TEST_RUN = 10;
  static final int MAP_UPDATE_BATCH = 26;
  static final int MAP_DELETE_BATCH = 27;

  static final int MAP_TYPE = 0;
  static final int MAP_KEY_BYTES = 4;
  static final int MAP_VALUE_BYTES = 8;
  static final int MAP_ENTRIES = 12;
  static final int MAP_FLAGS = 16;
  static final int MAP_NAME = 28;

  static final int ELEMENT_MAP = 0;
  static final int ELEMENT_KEY = 8;
  static final int ELEMENT_VALUE = 16;
  static final int ELEMENT_FLAGS = 24;

  static final int BATCH_KEYS = 16;
  static final int BATCH_VALUES = 24;
  static final int BATCH_COUNT = 32;
  static final int BATCH_MAP = 36;

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

  private final Arena arena;
  private final MemorySegment attributes;
  private final Libc libc;

  /** A command that nothing is set of, for this thread. */
  BpfCommand() {
    this(Arena.ofConfined());
  }

  /** A command that nothing is set of, for the threads that may use the arena. */
  BpfCommand(Arena arena) {
    this.arena = arena;
    attributes = arena.allocate(LENGTH, Long.BYTES);
    libc = new Libc(arena);
  }

  /** Nothing is set any more: the command can be used for the next one. */
  BpfCommand clear() {
    attributes.fill((byte) 0);
    return this;
  }

  /** Memory that lives as long as the command. */
  MemorySegment allocate(long bytes) {
    return arena.allocate(bytes, Long.BYTES);
  }

  BpfCommand set(int offset, int value) {
    attributes.set(JAVA_INT, offset, value);
    return this;
  }

  BpfCommand set(int offset, MemorySegment memory) {
    return set(offset, memory.address());
  }

  /** Sets an address, or another word of 64 bits. */
  BpfCommand set(int offset, long word) {
    attributes.set(JAVA_LONG, offset, word);
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
    return libc.bpf(number, attributes);
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
