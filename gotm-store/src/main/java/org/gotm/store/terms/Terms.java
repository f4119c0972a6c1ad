package org.gotm.store.terms;

/**
 * What an index tells the places of, as numbers that sort by kind and value.
 *
 * <pre>
 *   52   49 48                                          0
 *   +------+---------------------------------------------+
 *   | kind | value                                       |
 *   +------+---------------------------------------------+
 * </pre>
 *
 * <p>A kind with its highest bit set is a coarse term: of the value there are but the first bits,
 * as many as the group says, and it stands for all that begin with them.
 *
 * <p>Of an IPv6 address there are two terms: its first 48 bits, for networks, and a hash of the
 * whole, for hosts. A hash, as every term, may stand for more than what was asked for: packets are
 * looked at one by one in the end.
 */
public final class Terms {
  /** Bits of a term. */
  public static final int BITS = 53;

  /** Bits of a value: kept, no term is coarse. */
  public static final int ALL_BITS = 49;

  private static final int VALUE_BITS = ALL_BITS;
  private static final long VALUE_MASK = (1L << VALUE_BITS) - 1;
  private static final long IPV4 = 1L << VALUE_BITS;
  private static final long IPV6_NETWORK = 2L << VALUE_BITS;
  private static final long IPV6_HOST = 3L << VALUE_BITS;
  private static final long PORT = 4L << VALUE_BITS;
  private static final long MAC = 5L << VALUE_BITS;
  private static final long NUMBER = 6L << VALUE_BITS;
  private static final long WORD = 0xffff_ffffL;
  private static final int PROTOCOL_BITS = 8;
  private static final int FLOW_BITS = 4;
  private static final long FLOW_MASK = (1L << FLOW_BITS) - 1;
  private static final int IPV6_NETWORK_SHIFT = 16;
  private static final long COARSE = 8L << VALUE_BITS;

  /** Bits of the values of each kind. */
  private static final int[] WIDTHS = {0, 32, 48, 49, 28, 48, 40, 0};

  private static final long PROTOCOL = NUMBER | 1L << 32;
  private static final long ETHER_TYPE = NUMBER | 2L << 32;
  private static final long VLAN = NUMBER | 3L << 32;
  private static final long LABEL = NUMBER | 4L << 32;
  private static final long VNI = NUMBER | 5L << 32;

  /** Of a packet with several IP headers, or with ARP in a tunnel: its flow is not the only one. */
  public static final long LAYERED = NUMBER | 6L << 32;

  /** Of a granule that has more terms than an index takes: whatever is asked for may be there. */
  public static final long ANY = 7L << VALUE_BITS;

  private Terms() {}

  /**
   * Terms that follow each other.
   *
   * @param from the first
   * @param to the last, included
   */
  public record Range(long from, long to) {
    /** A single term. */
    public static Range of(long term) {
      return new Range(term, term);
    }

    /** The coarse terms that stand for these, which are of one kind. */
    public Range coarse(int bits) {
      return new Range(Terms.coarse(from, ALL_BITS, bits), Terms.coarse(to, ALL_BITS, bits));
    }
  }

  /** True for a term that stands for several. */
  public static boolean isCoarse(long term) {
    return (term & COARSE) != 0;
  }

  /**
   * What a term is with fewer bits of its value.
   *
   * @param before bits that it has if it is coarse
   */
  public static long coarse(long term, int before, int bits) {
    int kind = (int) (term >>> VALUE_BITS) & WIDTHS.length - 1;
    int has = isCoarse(term) ? Math.min(WIDTHS[kind], before) : WIDTHS[kind];
    long value = (term & VALUE_MASK) >>> Math.max(has - bits, 0);
    return COARSE | (long) kind << VALUE_BITS | value;
  }

  /** An IPv4 address; a network of them is a range. */
  public static long ipv4(long address) {
    return IPV4 | address & WORD;
  }

  /** The first 48 bits of an IPv6 address; a network of up to these is a range. */
  public static long ipv6Network(long high) {
    return IPV6_NETWORK | high >>> IPV6_NETWORK_SHIFT;
  }

  /** A whole IPv6 address. */
  public static long ipv6Host(long high, long low) {
    long hash = (high ^ Long.rotateLeft(low, 31)) * 0x9e3779b97f4a7c15L;
    hash = (hash ^ hash >>> 32) * 0xd6e8feb86659fd93L;
    return IPV6_HOST | (hash ^ hash >>> 29) & VALUE_MASK;
  }

  /**
   * A port of a protocol in a flow; all flows of a port, all protocols, and a range of ports, are
   * ranges.
   *
   * @param flow of {@link #flow}: its lowest four bits count
   */
  public static long port(int port, int protocol, long flow) {
    return PORT | ((long) port << PROTOCOL_BITS | protocol) << FLOW_BITS | flow & FLOW_MASK;
  }

  /** Ports from one to another, of whatever protocol. */
  public static Range ports(int from, int to) {
    return new Range(port(from, 0, 0), port(to, (1 << PROTOCOL_BITS) - 1, FLOW_MASK));
  }

  /** A port of a protocol, in whatever flow. */
  public static Range port(int port, int protocol) {
    return new Range(port(port, protocol, 0), port(port, protocol, FLOW_MASK));
  }

  /**
   * A hash of a flow: the same for both directions.
   *
   * @param end of {@link #end}, of one side
   * @param otherEnd of the other side
   */
  public static long flow(long end, long otherEnd) {
    return mix(end ^ otherEnd) >>> Integer.SIZE;
  }

  /** A hash of an address and a port of it; of an IPv4 address {@code low} is 0. */
  public static long end(long high, long low, int port) {
    return mix(mix(high) + low) + port * 0x9e3779b97f4a7c15L;
  }

  private static long mix(long value) {
    long hash = (value ^ value >>> 32) * 0x9e3779b97f4a7c15L;
    return (hash ^ hash >>> 29) * 0xd6e8feb86659fd93L;
  }

  /** A MAC address. */
  public static long mac(long address) {
    return MAC | address;
  }

  /** A protocol above IP of version 4 or 6. */
  public static long protocol(int version, int protocol) {
    return PROTOCOL | (long) version << PROTOCOL_BITS | protocol;
  }

  /** All protocols above a version of IP. */
  public static Range protocols(int version) {
    return new Range(protocol(version, 0), protocol(version, (1 << PROTOCOL_BITS) - 1));
  }

  /** An EtherType. */
  public static long etherType(int type) {
    return ETHER_TYPE | type;
  }

  /** A VLAN tag. */
  public static long vlan(int id) {
    return VLAN | id;
  }

  /** An MPLS label. */
  public static long label(int label) {
    return LABEL | label & WORD;
  }

  /** What a tunnel calls its network. */
  public static long vni(int vni) {
    return VNI | vni & WORD;
  }

  /** All VLAN tags. */
  public static Range vlans() {
    return new Range(VLAN, VLAN | WORD);
  }

  /** All MPLS labels. */
  public static Range labels() {
    return new Range(LABEL, LABEL | WORD);
  }

  /** All networks of tunnels. */
  public static Range vnis() {
    return new Range(VNI, VNI | WORD);
  }
}
