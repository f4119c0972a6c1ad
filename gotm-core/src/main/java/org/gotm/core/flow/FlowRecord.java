package org.gotm.core.flow;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalInt;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.Tunnel;

/**
 * A look at the record of one flow: what it was from its beginning, or from the record before, to
 * its end; it moves from record to record. One thread.
 *
 * <p>The source is who sent the first packet, or opened the connection if its answer was seen
 * first. A record of hostile bytes is read without harm, and may say anything.
 */
public final class FlowRecord {
  /** End reason: silent for the timeout (IPFIX flowEndReason, as all of these). */
  public static final int IDLE = 1;

  /** End reason: it goes on, and another record follows. */
  public static final int ACTIVE_TIMEOUT = 2;

  /** End reason: FIN or RST was seen, or another connection began. */
  public static final int END_SEEN = 3;

  /** End reason: the capture has ended. */
  public static final int FORCED = 4;

  /** End reason: the table was full. */
  public static final int NO_ROOM = 5;

  /** In place of a reason: it has not ended, and this is how far it has come. */
  public static final int LIVE = 0;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private MemorySegment segment = MemorySegment.NULL;
  private long offset;

  /** A look at nothing yet. */
  public FlowRecord() {}

  /**
   * Looks at the record there.
   *
   * @param newSegment must outlive the look
   * @return this
   * @throws IndexOutOfBoundsException by any other method, if it is not all there
   */
  public FlowRecord at(MemorySegment newSegment, long newOffset) {
    segment = newSegment;
    offset = newOffset;
    return this;
  }

  /** Copies its bytes to where {@link FlowRecordLayout#LENGTH} of them have room. */
  public void copyTo(MemorySegment target, long targetOffset) {
    MemorySegment.copy(segment, offset, target, targetOffset, FlowRecordLayout.LENGTH);
  }

  /** When the first packet came, or the last one of the record before; nanoseconds since 1970. */
  public long firstNanos() {
    return word(FlowRecordLayout.FIRST_NANOS);
  }

  /** When the last packet came, nanoseconds since 1970. */
  public long lastNanos() {
    return word(FlowRecordLayout.LAST_NANOS);
  }

  /** True if the flow has reached its cutoff, in this record or one before. */
  public boolean isCut() {
    return has(FlowRecordLayout.IS_CUT);
  }

  /** When the flow reached its cutoff, nanoseconds since 1970; of no meaning if it did not. */
  public long cutNanos() {
    return word(FlowRecordLayout.CUT_NANOS);
  }

  /** Payload bytes of both ends until then; of no meaning if it did not. */
  public long cutOffset() {
    return word(FlowRecordLayout.CUT_OFFSET);
  }

  /** Protocol and both ends, the source first. */
  public FlowKey key() {
    return FlowKey.of(
        word(FlowRecordLayout.META),
        word(FlowRecordLayout.ADDRESS_0),
        word(FlowRecordLayout.ADDRESS_0 + 8),
        word(FlowRecordLayout.ADDRESS_0 + 16),
        word(FlowRecordLayout.ADDRESS_0 + 24));
  }

  /** True for a flow of IP packets. */
  public boolean isIp() {
    int family = (int) word(FlowRecordLayout.META) & 0xff;
    return family == FlowKeys.FAMILY_IPV4 || family == FlowKeys.FAMILY_IPV6;
  }

  /** Packets that the source sent, kept or cut. */
  public long sourcePackets() {
    return word(FlowRecordLayout.SOURCE + FlowRecordLayout.PACKETS);
  }

  /** Of these, those that were kept. */
  public long sourceKeptPackets() {
    return word(FlowRecordLayout.SOURCE + FlowRecordLayout.KEPT_PACKETS);
  }

  /** Bytes of frames that the source sent, by wire length. */
  public long sourceBytes() {
    return word(FlowRecordLayout.SOURCE + FlowRecordLayout.BYTES);
  }

  /** Bytes of these frames that were kept. */
  public long sourceKeptBytes() {
    return word(FlowRecordLayout.SOURCE + FlowRecordLayout.KEPT_BYTES);
  }

  /** Payload bytes that the source sent, as the cutoff counts them. */
  public long sourcePayloadBytes() {
    return word(FlowRecordLayout.SOURCE + FlowRecordLayout.PAYLOAD_BYTES);
  }

  /** Packets that the destination sent. */
  public long destinationPackets() {
    return word(FlowRecordLayout.DESTINATION + FlowRecordLayout.PACKETS);
  }

  /** Of these, those that were kept. */
  public long destinationKeptPackets() {
    return word(FlowRecordLayout.DESTINATION + FlowRecordLayout.KEPT_PACKETS);
  }

  /** Bytes of frames that the destination sent, by wire length. */
  public long destinationBytes() {
    return word(FlowRecordLayout.DESTINATION + FlowRecordLayout.BYTES);
  }

  /** Bytes of these frames that were kept. */
  public long destinationKeptBytes() {
    return word(FlowRecordLayout.DESTINATION + FlowRecordLayout.KEPT_BYTES);
  }

  /** Payload bytes that the destination sent. */
  public long destinationPayloadBytes() {
    return word(FlowRecordLayout.DESTINATION + FlowRecordLayout.PAYLOAD_BYTES);
  }

  /**
   * The outermost MAC address that the source's packets came from, in the lower 48 bits; 0 if none.
   */
  public long sourceMac() {
    return word(FlowRecordLayout.SOURCE_MAC) >>> FlowRecordLayout.MAC_SHIFT;
  }

  /** The outermost MAC address that they went to; 0 if none. */
  public long destinationMac() {
    return word(FlowRecordLayout.DESTINATION_MAC) >>> FlowRecordLayout.MAC_SHIFT;
  }

  /**
   * Flags of all TCP headers of the source: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR
   * 128, NS 256. Of packets that a {@link org.gotm.core.source.CutOffload} cut, none are known;
   * they have no FIN, SYN or RST.
   */
  public int sourceTcpFlags() {
    return (int) word(FlowRecordLayout.SOURCE_MAC) & FlowKeys.TCP_FLAGS;
  }

  /** Flags of all TCP headers of the destination, likewise. */
  public int destinationTcpFlags() {
    return (int) word(FlowRecordLayout.DESTINATION_MAC) & FlowKeys.TCP_FLAGS;
  }

  /** The outermost VLAN of the flow's first packet, 1 to 4095; 0 if none. */
  public int vlan() {
    return Short.toUnsignedInt(segment.get(SHORT, offset + FlowRecordLayout.VLAN));
  }

  /** The VLAN behind it; 0 if none. */
  public int innerVlan() {
    return Short.toUnsignedInt(segment.get(SHORT, offset + FlowRecordLayout.INNER_VLAN));
  }

  /** The innermost tunnel that the first packet came in. */
  public Optional<Tunnel> tunnel() {
    int number = uint8(FlowRecordLayout.TUNNEL);
    Tunnel[] all = Tunnel.values();
    return number == 0 || number > all.length ? Optional.empty() : Optional.of(all[number - 1]);
  }

  /** What the innermost tunnel that has one calls its network: VNI, GRE key or TEID, unsigned. */
  public OptionalInt vni() {
    return has(FlowRecordLayout.HAS_VNI)
        ? OptionalInt.of(segment.get(INT, offset + FlowRecordLayout.VNI))
        : OptionalInt.empty();
  }

  /** Index of its class in {@link TrafficClasses#all}. */
  public int trafficClass() {
    return uint8(FlowRecordLayout.CLASS);
  }

  /** Why the record ends: {@link #IDLE} to {@link #NO_ROOM}, or {@link #LIVE}. */
  public int endReason() {
    return uint8(FlowRecordLayout.REASON);
  }

  /** True if a record before told of the flow, since when this one counts. */
  public boolean isContinued() {
    return has(FlowRecordLayout.CONTINUES);
  }

  /** Type of the first ICMP or ICMPv6 message. */
  public OptionalInt icmpType() {
    return icmp(FlowRecordLayout.ICMP_TYPE);
  }

  /** Code of the first ICMP or ICMPv6 message. */
  public OptionalInt icmpCode() {
    return icmp(FlowRecordLayout.ICMP_CODE);
  }

  /** Number of the interface, as whoever recorded counts them. */
  public int interfaceNumber() {
    return Short.toUnsignedInt(segment.get(SHORT, offset + FlowRecordLayout.INTERFACE));
  }

  /** Number of the flow, above 0: all of its records have it, and no other flow of this run. */
  public long number() {
    return word(FlowRecordLayout.NUMBER);
  }

  private OptionalInt icmp(int at) {
    return has(FlowRecordLayout.HAS_ICMP) ? OptionalInt.of(uint8(at)) : OptionalInt.empty();
  }

  private boolean has(int bit) {
    return (uint8(FlowRecordLayout.BITS) & bit) != 0;
  }

  private int uint8(int at) {
    return Byte.toUnsignedInt(segment.get(BYTE, offset + at));
  }

  private long word(int at) {
    return segment.get(LONG, offset + at);
  }
}
