package org.gotm.ffm.kernelcut;

/**
 * What the kernel and the recorder both write about a flow that is cut: a line of the processor's
 * cache, in memory that both have.
 *
 * <pre>
 *   0      8         16      24        32     40           64
 *   +------+---------+-------+---------+------+------------+
 *   | last | packets | bytes | payload | dead | 0          |
 *   +------+---------+-------+---------+------+------------+
 * </pre>
 *
 * <p>Last is when the kernel last cut a packet, CLOCK_MONOTONIC in nanoseconds, up to a tick late;
 * whoever makes the entry sets it to now. Packets, their bytes and their payload bytes are those
 * cut. Dead is 0, or 1 when packets pass again.
 */
final class CutEntryLayout {
  static final int LAST = 0;
  static final int PACKETS = 8;
  static final int BYTES = 16;
  static final int PAYLOAD = 24;
  static final int DEAD = 32;
  static final int LENGTH = 64;

  private CutEntryLayout() {}
}
