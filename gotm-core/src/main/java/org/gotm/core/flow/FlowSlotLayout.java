package org.gotm.core.flow;

/**
 * One flow in the table, a cache line of 64 bytes.
 *
 * <pre>
 *   0      8         16        24        32        40          48                      56      64
 *   +------+---------+---------+---------+---------+-----------+-----------------------+-------+
 *   | meta | address | address | address | address | age bytes | control state packets | last  |
 *   |      |    0    |    1    |    2    |    3    |  16   48  |    8      12     44   | nanos |
 *   +------+---------+---------+---------+---------+-----------+-----------------------+-------+
 *                    '- details, if IPv4 ----------'
 * </pre>
 *
 * <p>A meta word of 0 marks an empty slot. The age is the time, in units, when it will be over. The
 * upper 8 bits of the packet word count the control packets kept after the cut; the state below
 * them is
 *
 * <pre>
 *   55        54           53         52       51     44
 *   +---------+------------+----------+--------+-------+
 *   | opened  | from the   | answered | closed | class |
 *   | by SYN  | second end | by SYN+A |        |       |
 *   +---------+------------+----------+--------+-------+
 * </pre>
 *
 * <p>What is seldom needed of a flow are its details, 24 bytes. An IPv4 key leaves that much of the
 * line free; of other flows they lie in a place of their own, see {@link FlowSlots#details}.
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

  static final int AGE_SHIFT = 48;
  static final long BYTES_MASK = (1L << AGE_SHIFT) - 1;

  static final int CONTROL_SHIFT = 56;
  static final long OPENED = 1L << 55;
  static final long FROM_SECOND = 1L << 54;
  static final long ANSWERED = 1L << 53;
  static final int CLOSED_SHIFT = 52;
  static final long CLOSED = 1L << CLOSED_SHIFT;
  static final int CLASS_SHIFT = 44;
  static final int CLASS_MASK = 0xff;
  static final long PACKETS_MASK = (1L << CLASS_SHIFT) - 1;

  static final int DETAILS_LENGTH = 24;
  static final int NETWORK = 0;
  static final int AGE_BYTES = 8;
  static final int BEGAN_TICKS = 16;
  static final int SYN_SEQUENCE = 20;

  /** A tick is 67 ms: 32 bits of them last for nine years. */
  static final int TICK_SHIFT = 26;

  /** A unit of age is 1.07 s: 16 bits of them, taken as before or after now, last for 9 hours. */
  static final int AGE_UNIT_SHIFT = 30;

  /** What is left of the state when a flow gets its budget anew. */
  static final long LASTING =
      (long) CLASS_MASK << CLASS_SHIFT | CLOSED | ANSWERED | FROM_SECOND | OPENED;

  private FlowSlotLayout() {}
}
