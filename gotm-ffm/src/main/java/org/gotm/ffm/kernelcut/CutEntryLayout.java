package org.gotm.ffm.kernelcut;

/**
 * What the kernel and the recorder both write about a flow that is cut: a line of the processor's
 * cache, in memory that both have.
 *
 * <pre>
 *   0      8      16        24      32        40        48      56        64
 *   +------+------+---------+-------+---------+---------+-------+---------+
 *   | last | dead | packets | bytes | payload | packets | bytes | payload |
 *   +------+------+---------+-------+---------+---------+-------+---------+
 *                 '- of the first end --------'- of the second end -------'
 * </pre>
 *
 * <p>Last is when the kernel last cut a packet, CLOCK_MONOTONIC in nanoseconds, up to a tick late;
 * whoever makes the entry sets it to now. Dead is 0, or 1 when packets pass again. Packets, their
 * bytes and their payload bytes are those cut, by the end of the key that sent them.
 */
final class CutEntryLayout {
  static final int LAST = 0;
  static final int DEAD = 8;
  static final int PACKETS = 16;
  static final int BYTES = 24;
  static final int PAYLOAD = 32;

  /** From the first end's to the second end's. */
  static final int END_LENGTH = 24;

  static final int LENGTH = 64;

  private CutEntryLayout() {}
}
