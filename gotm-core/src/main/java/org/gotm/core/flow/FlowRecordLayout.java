package org.gotm.core.flow;

/**
 * The record of a flow in memory and in files: 192 bytes, little-endian.
 *
 * <pre>
 *   0       8      16    24     32     40        72        112         152     160     168
 *   +-------+------+-----+------+------+---------+---------+-----------+-------+-------+
 *   | first | last | cut | cut  | meta | address | of the  | of the    | MAC,  | MAC,  |
 *   | nanos | nanos|nanos|offset|      |  0 to 3 | source  |destination| flags | flags |
 *   +-------+------+-----+------+------+---------+---------+-----------+-------+-------+
 *   168   170     172   176      177     178      179    180    181    182         184      192
 *   +-----+-------+-----+--------+-------+--------+------+------+------+-----------+--------+
 *   | vlan| inner | vni | tunnel | class | reason | bits | icmp | icmp | interface | number |
 *   |     | vlan  |     |        |       |        |      | type | code |           |        |
 *   +-----+-------+-----+--------+-------+--------+------+------+------+-----------+--------+
 * </pre>
 *
 * <p>What is of an end is what it sent: packets, packets kept, bytes on the wire, bytes kept,
 * payload bytes; a word each. Meta and addresses are those of a {@link
 * org.gotm.core.packet.FlowKey} whose first end is the source. A MAC address is the upper 48 bits
 * of its word, the flags of TCP the lower 16.
 */
public final class FlowRecordLayout {
  /** Bytes of a record. */
  public static final int LENGTH = 192;

  static final int FIRST_NANOS = 0;
  static final int LAST_NANOS = 8;
  static final int CUT_NANOS = 16;
  static final int CUT_OFFSET = 24;
  static final int META = 32;
  static final int ADDRESS_0 = 40;
  static final int SOURCE = 72;
  static final int DESTINATION = 112;
  static final int SOURCE_MAC = 152;
  static final int DESTINATION_MAC = 160;
  static final int VLAN = 168;
  static final int INNER_VLAN = 170;
  static final int VNI = 172;
  static final int TUNNEL = 176;
  static final int CLASS = 177;
  static final int REASON = 178;
  static final int BITS = 179;
  static final int ICMP_TYPE = 180;
  static final int ICMP_CODE = 181;
  static final int INTERFACE = 182;
  static final int NUMBER = 184;

  // within what is of an end
  static final int PACKETS = 0;
  static final int KEPT_PACKETS = 8;
  static final int BYTES = 16;
  static final int KEPT_BYTES = 24;
  static final int PAYLOAD_BYTES = 32;

  static final int MAC_SHIFT = 16;

  /** The flow was told of by a record before this one. */
  static final int CONTINUES = 1;

  /** The type and code of ICMP are those of a message. */
  static final int HAS_ICMP = 2;

  /** The VNI is one that was in a packet. */
  static final int HAS_VNI = 4;

  /** The flow has reached its cutoff. */
  static final int IS_CUT = 8;

  private FlowRecordLayout() {}
}
