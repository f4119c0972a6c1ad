package org.gotm.core.packet;

import java.util.Arrays;

/**
 * What the decoder found in each packet of a batch: the key of its flow, the hash of the key, the
 * payload length, and whether it is a control packet. A record of 8 words a packet in one array,
 * reused for ever. The last word belongs to the flow table. Hot path. One thread.
 *
 * <pre>
 *   0      1         2         3         4         5      6                7
 *   +------+---------+---------+---------+---------+------+----------------+-------+
 *   | meta | address | address | address | address | hash | payload control| flow  |
 *   |      |    0    |    1    |    2    |    3    |      |    50      14  |       |
 *   +------+---------+---------+---------+---------+------+----------------+-------+
 * </pre>
 *
 * <p>An IPv4 or ARP key has both addresses in address 0, and nothing in 1 to 3; an IPv6 key has the
 * lower address in 0 and 1 and the higher in 2 and 3; a key of a frame that is not IP has MAC
 * addresses in 0 and 1. Meta is
 *
 * <pre>
 *   63    48 47    32 31   24 23       16 15        8 7      0
 *   +-------+--------+-------+-----------+-----------+--------+
 *   | port  | port   |   0   | ICMP type | protocol  | family |
 *   +-------+--------+-------+-----------+-----------+--------+
 * </pre>
 *
 * where the first port belongs to the first address. A meta word of 0 means that the packet could
 * not be decoded. The control bits are the {@link #TCP_FLAGS}, as far as there are any, and {@link
 * #FROM_SECOND}, {@link #UNDECODED} and {@link #QUOTES}.
 */
public final class FlowKeys {
  /**
   * Family of a key made of MAC addresses and EtherType (which is in the place of the second port).
   */
  public static final int FAMILY_MAC = 2;

  /** Family of a key made of IPv4 addresses. */
  public static final int FAMILY_IPV4 = 4;

  /** Family of a key made of IPv6 addresses. */
  public static final int FAMILY_IPV6 = 6;

  /** Family of a key made of the IPv4 addresses of an ARP message. */
  public static final int FAMILY_ARP = 8;

  /** Shift from a packet's index to the index of its record. */
  public static final int RECORD_SHIFT = 3;

  /** Index of the meta word in a record. */
  public static final int META = 0;

  /** Index of the first word of the addresses in a record; three more follow. */
  public static final int ADDRESS_0 = 1;

  /** Index of the hash in a record. */
  public static final int HASH = 5;

  /**
   * Index of the word with the payload length above {@link #PAYLOAD_SHIFT} and the control bits
   * below.
   */
  public static final int PAYLOAD = 6;

  /** Shift of the payload length, which so can be added to a flow's word of bytes as it is. */
  public static final int PAYLOAD_SHIFT = 14;

  /** Mask of the control bits. */
  public static final int CONTROL_MASK = (1 << PAYLOAD_SHIFT) - 1;

  /** Index of the word that belongs to the flow table. */
  public static final int FLOW = 7;

  /** Control bit: the sender ends the connection. */
  public static final int FIN = 1;

  /** Control bit: the sender opens a connection. */
  public static final int SYN = 2;

  /** Control bit: the sender breaks the connection off. */
  public static final int RST = 4;

  /** Control bit: the packet acknowledges. */
  public static final int ACK = 16;

  /** All flags of a TCP header, where it has them (RFC 9293, RFC 3168). */
  public static final int TCP_FLAGS = 0x1ff;

  /** Control bit: the packet was sent by the second end of the key. */
  public static final int FROM_SECOND = 1 << 9;

  /** Control bit: the packet could not be decoded. */
  public static final int UNDECODED = 1 << 10;

  /**
   * Control bit: the packet tells an end of the flow about one that it has sent, and so is not from
   * who {@link #FROM_SECOND} tells, but to them.
   */
  public static final int QUOTES = 1 << 11;

  /** Control bits of a packet that opens a connection, answers who does so, or breaks it off. */
  public static final int OPENS_OR_BREAKS = SYN | RST;

  /** Control bits of a packet that may be kept after the cut. */
  public static final int OPENS_OR_ENDS = FIN | SYN | RST;

  private final long[] words;
  private final int[] sequences;
  private final long[] networks;
  private final int capacity;
  private final long seed0;
  private final long seed1;
  private final long seed2;
  private long undecoded;

  /**
   * Keys for batches of up to {@code capacity} packets.
   *
   * @param seed makes the hash differ from one run to the next, so that nobody can send packets
   *     that all fall into one place of the table
   */
  public FlowKeys(int capacity, long seed) {
    this.capacity = capacity;
    words = new long[capacity << RECORD_SHIFT];
    sequences = new int[capacity];
    networks = new long[capacity];
    seed0 = seed ^ 0xa0761d6478bd642fL;
    seed1 = Long.rotateLeft(seed, 23) ^ 0xe7037ed1a0b428dbL;
    seed2 = Long.rotateLeft(seed, 47) ^ 0x8ebc6af09c88c6e3L;
  }

  /** Packets of the largest batch. */
  public int capacity() {
    return capacity;
  }

  /**
   * The records themselves, for loops over all of them. Of a packet whose network counts, address 0
   * is combined with the network, so that equal addresses of two networks are two keys.
   */
  public long[] words() {
    return words;
  }

  /** The meta word of packet {@code i}; 0 if it could not be decoded. */
  public long meta(int i) {
    return words[(i << RECORD_SHIFT) + META];
  }

  /** Address word {@code n}, 0 to 3, of packet {@code i}, as it is in the packet. */
  public long address(int i, int n) {
    long word = words[(i << RECORD_SHIFT) + ADDRESS_0 + n];
    return n == 0 ? word ^ networks[i] : word;
  }

  /** The network of packet {@code i}, a hash of its identifiers; 0 if none counts. */
  public long network(int i) {
    return networks[i];
  }

  /** The hash of packet {@code i}'s key. */
  public long hash(int i) {
    return words[(i << RECORD_SHIFT) + HASH];
  }

  /** The whole key of packet {@code i} as a value. Allocates. */
  public FlowKey key(int i) {
    return FlowKey.of(meta(i), address(i, 0), address(i, 1), address(i, 2), address(i, 3));
  }

  /** Payload bytes of packet {@code i}, by wire length. */
  public int payloadLength(int i) {
    return (int) (words[(i << RECORD_SHIFT) + PAYLOAD] >>> PAYLOAD_SHIFT);
  }

  /** True for a TCP packet with SYN, FIN or RST set. */
  public boolean isControl(int i) {
    return (control(i) & OPENS_OR_ENDS) != 0;
  }

  /** The control bits of packet {@code i}. */
  public int control(int i) {
    return (int) words[(i << RECORD_SHIFT) + PAYLOAD] & CONTROL_MASK;
  }

  /**
   * The sequence number by which packet {@code i} opens a connection, of a SYN; of a SYN or RST
   * with ACK, the one that it answers. Of no meaning for other packets.
   */
  public int synSequence(int i) {
    return sequences[i];
  }

  /** Sets what {@link #synSequence} answers for a packet with SYN or RST. */
  void setSynSequence(int i, int sequence) {
    sequences[i] = sequence;
  }

  /** How many packets so far could not be decoded. */
  public long undecoded() {
    return undecoded;
  }

  /** Notes that packet {@code i} could not be decoded. */
  void setUndecoded(int i) {
    undecoded++;
    networks[i] = 0;
    set(i, 0, 0, 0, UNDECODED);
  }

  /** The first packets are of no network until {@link #separate} is told of one. */
  void clearNetworks(int count) {
    Arrays.fill(networks, 0, count, 0);
  }

  /** Makes the key of packet {@code i}, as it was just set, one of a network. */
  void separate(int i, long network) {
    int at = i << RECORD_SHIFT;
    networks[i] = network;
    long[] record = words;
    long meta = record[at];
    long a0 = record[at + 1] ^ network;
    record[at + 1] = a0;
    record[at + 5] =
        isOneWord(meta)
            ? hash(a0, meta)
            : hash(a0, record[at + 2], record[at + 3], record[at + 4], meta);
  }

  /** Sets a key whose addresses fit into one word. */
  void set(int i, long address0, long meta, int payloadLength, int control) {
    long[] record = words;
    int at = i << RECORD_SHIFT;
    record[at] = meta;
    record[at + 1] = address0;
    record[at + 5] = hash(address0, meta);
    record[at + 6] = (long) payloadLength << PAYLOAD_SHIFT | control;
  }

  /** Sets a key with addresses of four words. */
  void set(int i, long a0, long a1, long a2, long a3, long meta, int payloadLength, int control) {
    long[] record = words;
    int at = i << RECORD_SHIFT;
    record[at] = meta;
    record[at + 1] = a0;
    record[at + 2] = a1;
    record[at + 3] = a2;
    record[at + 4] = a3;
    record[at + 5] = hash(a0, a1, a2, a3, meta);
    record[at + 6] = (long) payloadLength << PAYLOAD_SHIFT | control;
  }

  /** Copies the key of packet {@code i} with its hash and network into 7 words. */
  void copyTo(int i, long[] target, int at) {
    System.arraycopy(words, i << RECORD_SHIFT, target, at, PAYLOAD);
    target[at + PAYLOAD] = networks[i];
  }

  /** Sets the key of packet {@code i} to one that {@link #copyTo} took from another. */
  void copyFrom(int i, long[] source, int at, int payloadLength, int control) {
    int record = i << RECORD_SHIFT;
    System.arraycopy(source, at, words, record, PAYLOAD);
    words[record + PAYLOAD] = (long) payloadLength << PAYLOAD_SHIFT | control;
    networks[i] = source[at + PAYLOAD];
  }

  /** True when a key with this meta word has its addresses in one word. */
  public static boolean isOneWord(long meta) {
    return restMask(meta) == 0;
  }

  /** All ones when a key with this meta word has addresses in words 1 to 3, else 0. */
  public static long restMask(long meta) {
    return meta << 62 >> 63; // the bit that only families with IPv4 addresses have not
  }

  /** The hash of a key with one word of addresses. */
  public long hash(long a0, long meta) {
    return mix(fold(a0 ^ seed0, meta ^ seed1));
  }

  /** The hash of a key with four words of addresses. */
  public long hash(long a0, long a1, long a2, long a3, long meta) {
    long low = fold(a0 ^ seed0, a1 ^ seed1);
    long high = fold(a2 ^ seed1, a3 ^ seed2);
    return mix(fold(low ^ meta, high ^ seed2));
  }

  /** Both halves of the 128-bit product, over each other: each bit of the result depends on all. */
  private static long fold(long a, long b) {
    return a * b ^ Math.unsignedMultiplyHigh(a, b);
  }

  /**
   * Breaks up the arithmetic sequence that the products of neighbouring keys are: with one seed in
   * a hundred their low bits would fall into few places.
   */
  private static long mix(long folded) {
    long mixed = (folded ^ folded >>> 32) * 0x9e3779b97f4a7c15L;
    return mixed ^ mixed >>> 32;
  }
}
