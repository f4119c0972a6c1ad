package org.gotm.store.flows;

import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.gotm.core.packet.AddressText;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.IpProtocol;

/**
 * The columns of flow records, wherever they are shown: as JSON, or in tables for other programs.
 *
 * <p>Names are those of the Elastic Common Schema with {@code _} for {@code .}; what it lacks has a
 * name like them. New ones come at the end, and none changes its meaning.
 */
public enum FlowColumn {
  /** When the first packet came, or the last one of the record before. */
  EVENT_START(Type.TIME, row -> row.flow().firstNanos()),

  /** When the last packet came. */
  EVENT_END(Type.TIME, row -> row.flow().lastNanos()),

  /**
   * Address of who sent the first packet, or opened the connection; none if it is not IP or ARP.
   */
  SOURCE_IP(row -> address(row.key(), FlowKey::firstAddress)),

  /** Address of the other end. */
  DESTINATION_IP(row -> address(row.key(), FlowKey::secondAddress)),

  /** Port of TCP, UDP or SCTP. */
  SOURCE_PORT(Type.INT, FlowColumn::hasPorts, row -> row.key().firstPort()),

  /** Port of the other end. */
  DESTINATION_PORT(Type.INT, FlowColumn::hasPorts, row -> row.key().secondPort()),

  /** IP protocol number. */
  NETWORK_IANA_NUMBER(Type.INT, row -> row.flow().isIp(), row -> row.key().protocol()),

  /** Name of the IP protocol. */
  NETWORK_TRANSPORT(FlowColumn::transport),

  /** ipv4, ipv6, arp, or the EtherType as 0x and four digits. */
  NETWORK_TYPE(FlowColumn::networkType),

  /** Community ID, version 1, seed 0. */
  NETWORK_COMMUNITY_ID(FlowRow::communityId),

  /** The outermost MAC address of the source. */
  SOURCE_MAC(row -> mac(row.flow().sourceMac())),

  /** The outermost MAC address of the destination. */
  DESTINATION_MAC(row -> mac(row.flow().destinationMac())),

  /** The outermost VLAN. */
  NETWORK_VLAN_ID(Type.INT, row -> row.flow().vlan() != 0, row -> row.flow().vlan()),

  /** The VLAN behind it. */
  NETWORK_INNER_VLAN_ID(
      Type.INT, row -> row.flow().innerVlan() != 0, row -> row.flow().innerVlan()),

  /** The innermost tunnel. */
  NETWORK_TUNNEL(
      row -> row.flow().tunnel().map(t -> t.name().toLowerCase(Locale.ROOT)).orElse(null)),

  /** What the innermost tunnel that has one calls its network. */
  NETWORK_TUNNEL_ID(
      Type.LONG,
      row -> row.flow().vni().isPresent(),
      row -> row.flow().vni().getAsInt() & 0xffff_ffffL),

  /** Packets that the source sent. */
  SOURCE_PACKETS(Type.LONG, row -> row.flow().sourcePackets()),

  /** Packets that the destination sent. */
  DESTINATION_PACKETS(Type.LONG, row -> row.flow().destinationPackets()),

  /** Bytes of frames that the source sent, as on the wire. */
  SOURCE_BYTES(Type.LONG, row -> row.flow().sourceBytes()),

  /** Bytes of frames that the destination sent. */
  DESTINATION_BYTES(Type.LONG, row -> row.flow().destinationBytes()),

  /** Payload bytes of the source, as the cutoff counts them. */
  SOURCE_PAYLOAD_BYTES(Type.LONG, row -> row.flow().sourcePayloadBytes()),

  /** Payload bytes of the destination. */
  DESTINATION_PAYLOAD_BYTES(Type.LONG, row -> row.flow().destinationPayloadBytes()),

  /** Packets of the source that were kept. */
  SOURCE_KEPT_PACKETS(Type.LONG, row -> row.flow().sourceKeptPackets()),

  /** Packets of the destination that were kept. */
  DESTINATION_KEPT_PACKETS(Type.LONG, row -> row.flow().destinationKeptPackets()),

  /** Bytes of the source's frames that were kept. */
  SOURCE_KEPT_BYTES(Type.LONG, row -> row.flow().sourceKeptBytes()),

  /** Bytes of the destination's frames that were kept. */
  DESTINATION_KEPT_BYTES(Type.LONG, row -> row.flow().destinationKeptBytes()),

  /** When the flow reached its cutoff, in this record or one before; none if it did not. */
  CUT_TIME(Type.TIME, row -> row.flow().isCut(), row -> row.flow().cutNanos()),

  /** Payload bytes of both ends until then. */
  CUT_OFFSET(Type.LONG, row -> row.flow().isCut(), row -> row.flow().cutOffset()),

  /**
   * All TCP flags of the source: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128, NS
   * 256.
   */
  SOURCE_TCP_FLAGS(Type.INT, FlowColumn::isTcp, row -> row.flow().sourceTcpFlags()),

  /** All TCP flags of the destination. */
  DESTINATION_TCP_FLAGS(Type.INT, FlowColumn::isTcp, row -> row.flow().destinationTcpFlags()),

  /** Type of the first ICMP message. */
  ICMP_TYPE(
      Type.INT, row -> row.flow().icmpType().isPresent(), row -> row.flow().icmpType().getAsInt()),

  /** Code of the first ICMP message. */
  ICMP_CODE(
      Type.INT, row -> row.flow().icmpCode().isPresent(), row -> row.flow().icmpCode().getAsInt()),

  /** The class of traffic. */
  FLOW_CLASS(FlowRow::className),

  /**
   * IPFIX flowEndReason: 1 idle, 2 active timeout, 3 end seen, 4 forced, 5 no room; 0 it goes on.
   */
  END_REASON(Type.INT, row -> row.flow().endReason()),

  /** The same in all records of one flow of one run of a sensor. */
  FLOW_ID(Type.LONG, row -> row.flow().number()),

  /** 1 if the flow had a record before, since when this one counts, else 0. */
  FLOW_CONTINUED(Type.INT, row -> row.flow().isContinued() ? 1 : 0),

  /** The interface. */
  OBSERVER_INGRESS_INTERFACE_NAME(FlowRow::interfaceName),

  /** The sensor; none where there is but one. */
  OBSERVER_NAME(FlowRow::sensor);

  /** What the values of a column are. */
  public enum Type {
    /** {@code Long}: nanoseconds since 1970 UTC. */
    TIME,
    /** {@code String}. */
    TEXT,
    /** {@code Integer}. */
    INT,
    /** {@code Long}. */
    LONG
  }

  private final Type type;
  private final Predicate<FlowRow> isThere;
  private final ToLongFunction<FlowRow> number;
  private final Function<FlowRow, String> text;
  private final String columnName = name().toLowerCase(Locale.ROOT);

  FlowColumn(Function<FlowRow, String> text) {
    this(Type.TEXT, row -> text.apply(row) != null, null, text);
  }

  FlowColumn(Type type, ToLongFunction<FlowRow> number) {
    this(type, row -> true, number);
  }

  FlowColumn(Type type, Predicate<FlowRow> isThere, ToLongFunction<FlowRow> number) {
    this(type, isThere, number, null);
  }

  FlowColumn(
      Type type,
      Predicate<FlowRow> isThere,
      ToLongFunction<FlowRow> number,
      Function<FlowRow, String> text) {
    this.type = type;
    this.isThere = isThere;
    this.number = number;
    this.text = text;
  }

  /** The name of the column. */
  public String columnName() {
    return columnName;
  }

  /** What its values are. */
  public Type type() {
    return type;
  }

  /** The value of this column, as its {@link #type} says; null if there is none. */
  public Object of(FlowRow row) {
    return switch (type) {
      case TEXT -> text(row);
      case TIME, LONG -> isIn(row) ? number(row) : null;
      case INT -> isIn(row) ? (int) number(row) : null;
    };
  }

  /** Whether a row has a value of this column. */
  public boolean isIn(FlowRow row) {
    return isThere.test(row);
  }

  /** The value of a column that is no text, of no meaning if it is not {@link #isIn} the row. */
  public long number(FlowRow row) {
    return number.applyAsLong(row);
  }

  /** The value of a column that is text; null if there is none. */
  public String text(FlowRow row) {
    return text.apply(row);
  }

  /** Address of an end, if it has one of IP. */
  private static String address(FlowKey key, Function<FlowKey, String> end) {
    return switch (key.family()) {
      case FlowKeys.FAMILY_IPV4, FlowKeys.FAMILY_IPV6, FlowKeys.FAMILY_ARP -> end.apply(key);
      default -> null;
    };
  }

  private static boolean isTcp(FlowRow row) {
    return row.flow().isIp() && row.key().protocol() == IpProtocol.TCP;
  }

  private static boolean hasPorts(FlowRow row) {
    return row.flow().isIp() && IpProtocol.hasPorts(row.key().protocol());
  }

  private static String transport(FlowRow row) {
    if (!row.flow().isIp()) {
      return null;
    }
    return switch (row.key().protocol()) {
      case IpProtocol.ICMP -> "icmp";
      case IpProtocol.TCP -> "tcp";
      case IpProtocol.UDP -> "udp";
      case IpProtocol.ICMPV6 -> "ipv6-icmp";
      case IpProtocol.SCTP -> "sctp";
      default -> null;
    };
  }

  private static String networkType(FlowRow row) {
    return switch (row.key().family()) {
      case FlowKeys.FAMILY_IPV4 -> "ipv4";
      case FlowKeys.FAMILY_IPV6 -> "ipv6";
      case FlowKeys.FAMILY_ARP -> "arp";
      default -> "0x%04x".formatted(row.key().secondPort());
    };
  }

  private static String mac(long address) {
    return address == 0 ? null : AddressText.ofMac(address);
  }
}
