package org.gotm.core.flow;

/**
 * One flow in the table, a cache line of 64 bytes.
 *
 * <pre>
 *   0      8         16        24        32        40      48                56      64
 *   +------+---------+---------+---------+---------+-------+-----------------+-------+
 *   | meta | address | address | address | address | bytes | control packets | last  |
 *   |      |    0    |    1    |    2    |    3    |       |   8     56 bits | nanos |
 *   +------+---------+---------+---------+---------+-------+-----------------+-------+
 * </pre>
 *
 * <p>A meta word of 0 marks an empty slot. The upper 8 bits of the packet word count the control
 * packets kept after the cut.
 */
final class FlowSlotLayout {
  static final int LENGTH = 64;
  static final int LENGTH_SHIFT = 6;
  static final int META = 0;
  static final int ADDRESS_0 = 8;
  static final int ADDRESS_1 = 16;
  static final int ADDRESS_2 = 24;
  static final int ADDRESS_3 = 32;
  static final int BYTES = 40;
  static final int PACKETS = 48;
  static final int LAST_NANOS = 56;

  static final int CONTROL_SHIFT = 56;
  static final long PACKETS_MASK = (1L << CONTROL_SHIFT) - 1;

  private FlowSlotLayout() {}
}
