package org.gotm.core.packet;

/**
 * What the decoder found in each packet of a batch: the key of its flow, the hash of the key, the
 * payload length and flags. A structure of arrays, reused for ever. Hot path. One thread.
 *
 * <p>An IPv4 key has both addresses in {@code address0}; an IPv6 key has the lower address in 0 and
 * 1 and the higher in 2 and 3; a key of a frame that is not IP has MAC addresses in 0 and 1. {@code
 * meta} is
 *
 * <pre>
 *   63    48 47    32 31   24 23       16 15        8 7      0
 *   +-------+--------+-------+-----------+-----------+--------+
 *   | port  | port   |   0   | ICMP type | protocol  | family |
 *   +-------+--------+-------+-----------+-----------+--------+
 * </pre>
 *
 * where the first port belongs to the first address. A {@code meta} of 0 means that the packet
 * could not be decoded.
 */
public final class FlowKeys {
  /** Family of a key made of MAC addresses and EtherType (which is in the place of the ports). */
  public static final int FAMILY_MAC = 1;

  /** Family of a key made of IPv4 addresses. */
  public static final int FAMILY_IPV4 = 4;

  /** Family of a key made of IPv6 addresses. */
  public static final int FAMILY_IPV6 = 6;

  /** First words of the addresses. */
  public final long[] address0;

  /** Second words of the addresses. */
  public final long[] address1;

  /** Third words of the addresses. */
  public final long[] address2;

  /** Fourth words of the addresses. */
  public final long[] address3;

  /** Ports, protocol and family. */
  public final long[] meta;

  /** Hashes of the keys. */
  public final long[] hash;

  /** Bytes after the transport header, by wire length. */
  public final int[] payloadLength;

  /** Not 0 for a TCP packet with SYN, FIN or RST set. */
  public final int[] control;

  private long undecoded;
  private final long seed0;
  private final long seed1;
  private final long seed2;

  /**
   * Keys for batches of up to {@code capacity} packets.
   *
   * @param seed makes the hash differ from one run to the next, so that nobody can send packets
   *     that all fall into one place of the table
   */
  public FlowKeys(int capacity, long seed) {
    address0 = new long[capacity];
    address1 = new long[capacity];
    address2 = new long[capacity];
    address3 = new long[capacity];
    meta = new long[capacity];
    hash = new long[capacity];
    payloadLength = new int[capacity];
    control = new int[capacity];
    seed0 = seed ^ 0xa0761d6478bd642fL;
    seed1 = Long.rotateLeft(seed, 23) ^ 0xe7037ed1a0b428dbL;
    seed2 = Long.rotateLeft(seed, 47) ^ 0x8ebc6af09c88c6e3L;
  }

  /** How many packets so far could not be decoded. */
  public long undecoded() {
    return undecoded;
  }

  /** Notes that packet {@code i} could not be decoded. */
  void setUndecoded(int i) {
    undecoded++;
    meta[i] = 0;
    hash[i] = 0;
    payloadLength[i] = 0;
    control[i] = 0;
  }

  /** Sets a key whose addresses fit into one word. */
  void set(int i, long newAddress0, long newMeta, int newPayloadLength, int newControl) {
    address0[i] = newAddress0;
    meta[i] = newMeta;
    hash[i] = hash(newAddress0, newMeta);
    payloadLength[i] = newPayloadLength;
    control[i] = newControl;
  }

  /** Sets a key with addresses of four words. */
  void set(
      int i, long a0, long a1, long a2, long a3, long newMeta, int newPayloadLength, int newControl) {
    address0[i] = a0;
    address1[i] = a1;
    address2[i] = a2;
    address3[i] = a3;
    meta[i] = newMeta;
    hash[i] = hash(a0, a1, a2, a3, newMeta);
    payloadLength[i] = newPayloadLength;
    control[i] = newControl;
  }

  /** True when a key with this meta word has its addresses in one word. */
  public static boolean isOneWord(long meta) {
    return (meta & 0xff) == FAMILY_IPV4;
  }

  /** The hash of a key with one word of addresses. */
  public long hash(long a0, long keyMeta) {
    return fold(a0 ^ seed0, keyMeta ^ seed1);
  }

  /** The hash of a key with four words of addresses. */
  public long hash(long a0, long a1, long a2, long a3, long keyMeta) {
    long low = fold(a0 ^ seed0, a1 ^ seed1);
    long high = fold(a2 ^ seed1, a3 ^ seed2);
    return fold(low ^ keyMeta, high ^ seed2);
  }

  /** Both halves of the 128-bit product, over each other: each bit of the result depends on all. */
  private static long fold(long a, long b) {
    return a * b ^ Math.unsignedMultiplyHigh(a, b);
  }
}
