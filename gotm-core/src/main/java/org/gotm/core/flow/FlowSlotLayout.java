package org.gotm.core.flow;

import org.gotm.core.packet.FlowKeys;

/**
 * One flow in the table, a cache line of 64 bytes.
 *
 * <pre>
 *   0      8         16        24        32        40          48                      56      64
 *   +------+---------+---------+---------+---------+-----------+-----------------------+-------+
 *   | meta | address | address | address | address | bytes age | packets control state | last  |
 *   |      |    0    |    1    |    2    |    3    |   50  14  |    44      8      12  | nanos |
 *   +------+---------+---------+---------+---------+-----------+-----------------------+-------+
 *                    '- details, if IPv4 ----------'
 * </pre>
 *
 * <p>A meta word of 0 marks an empty slot. Counters are in the upper bits of their words, so that
 * words are compared as they are. The age is the time, in units, when it will be over. Control
 * counts the control packets kept after the cut, and its highest bit tells that the flow is armed
 * in a {@link org.gotm.core.source.CutOffload}; the state is
 *
 * <pre>
 *   11        10           9          8        7      0
 *   +---------+------------+----------+--------+-------+
 *   | opened  | from the   | answered | closed | class |
 *   | by SYN  | second end | by SYN+A |        |       |
 *   +---------+------------+----------+--------+-------+
 * </pre>
 *
 * <p>What is seldom needed of a flow are its details, 24 bytes. An IPv4 key leaves that much of the
 * line free; of other flows they lie in a place of their own, see {@link FlowSlots#details}, and so
 * they do of all flows of which records are written.
 *
 * <pre>
 *   0         8                  16                 20              24
 *   +---------+------------------+------------------+---------------+
 *   | network | bytes when its   | when it began,   | sequence of   |
 *   |         | age began        | in ticks         | its first SYN |
 *   +---------+------------------+------------------+---------------+
 * </pre>
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

  static final int BYTES_SHIFT = FlowKeys.PAYLOAD_SHIFT;
  static final int AGE_MASK = (1 << BYTES_SHIFT) - 1;

  static final int PACKETS_SHIFT = 20;
  static final long PACKET = 1L << PACKETS_SHIFT;
  static final int CONTROL_SHIFT = 12;
  static final long CONTROL = 1L << CONTROL_SHIFT;
  static final int CONTROL_MASK = 0x7f;
  static final long ARMED = 1L << 19;
  static final long OPENED = 1L << 11;
  static final long FROM_SECOND = 1L << 10;
  static final long ANSWERED = 1L << 9;
  static final int CLOSED_SHIFT = 8;
  static final long CLOSED = 1L << CLOSED_SHIFT;
  static final int CLASS_MASK = 0xff;

  /** More bytes and packets than a flow sends in an age are below the sign of their words. */
  static final long MOST_BYTES = (1L << 63 - BYTES_SHIFT) - 1;

  static final long MOST_PACKETS = (1L << 63 - PACKETS_SHIFT) - 1;

  static final int DETAILS_LENGTH = 24;
  static final int NETWORK = 0;
  static final int AGE_BYTES = 8;
  static final int BEGAN_TICKS = 16;
  static final int SYN_SEQUENCE = 20;

  /** A tick is 67 ms: 32 bits of them last for nine years. */
  static final int TICK_SHIFT = 26;

  /** A unit of age is 4.3 s: 14 bits of them, taken as before or after now, last for 9 hours. */
  static final int AGE_UNIT_SHIFT = 32;

  /** What is left of the state when a flow gets its budget anew. */
  static final long LASTING = CONTROL - 1;

  /** Payload bytes of a flow with this byte word. */
  static long bytes(long word) {
    return word >>> BYTES_SHIFT;
  }

  /** Packets of a flow with this packet word. */
  static long packets(long word) {
    return word >>> PACKETS_SHIFT;
  }

  /** Index of the class of a flow with this packet word. */
  static int trafficClass(long word) {
    return (int) word & CLASS_MASK;
  }

  private FlowSlotLayout() {}
}
