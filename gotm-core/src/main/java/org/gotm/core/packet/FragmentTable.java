package org.gotm.core.packet;

/**
 * Which flow the fragments of an IP packet belong to: the key of the first one, which alone has the
 * headers above IP, under what all of them have in common. Hot path. One thread.
 *
 * <p>Nothing that is sent can make it larger or slower: a packet may be in one of a few places
 * only, which of them nobody can foretell, and a new one takes the oldest of them. One that is lost
 * this way costs no more than that its later fragments are a flow of their own.
 *
 * <pre>
 *   0    1        3        5      6     7       8                    15
 *   +----+--------+--------+------+-----+-------+--------------------+---------+
 *   | id | source | target | time | end | order | key as in FlowKeys | network |
 *   +----+--------+--------+------+-----+-------+--------------------+---------+
 * </pre>
 *
 * End is where the first fragment ends in the packet, above the control bits that all fragments
 * have, as in {@link FlowKeys#PAYLOAD}; order counts the packets that came, and the network is what
 * was passed before the fragmented header. A key of 0 means that the first fragment did not tell
 * its flow.
 */
final class FragmentTable {
  /** Packets that can be remembered at the same time. */
  static final int PLACES = 4096;

  /** Packet time in either direction after which a first fragment is forgotten. */
  static final long TIMEOUT_NANOS = 30_000_000_000L;

  /** Fragmented packets one within the other: one, and one in each tunnel. */
  private static final int DEEPEST = 8;

  /** Control bits that hold for the later fragments, too. */
  private static final int LASTING = FlowKeys.FROM_SECOND | FlowKeys.QUOTES;

  private static final int WAYS = 4;
  private static final int PLACE_SHIFT = 4;
  private static final int SET_LENGTH = WAYS << PLACE_SHIFT;
  private static final int SET_MASK = PLACES / WAYS - 1;

  private static final int ID = 0;
  private static final int SOURCE_0 = 1;
  private static final int SOURCE_1 = 2;
  private static final int TARGET_0 = 3;
  private static final int TARGET_1 = 4;
  private static final int TIME = 5;
  private static final int END = 6;
  private static final int ORDER = 7;
  private static final int KEY = 8;
  private static final int NETWORK = 15;

  private final FlowKeys keys;
  private final long[] words = new long[PLACES << PLACE_SHIFT];
  private final int[] begun = new int[DEEPEST];
  private int begunCount;
  private long order;

  /** Remembers nothing yet; keys are from and for these records, whose seed it uses. */
  FragmentTable(FlowKeys keys) {
    this.keys = keys;
  }

  /**
   * A first fragment was met, whose key will be known when {@link #end} is called.
   *
   * @param network what was passed before its header
   * @param nanos packet time
   */
  void begin(IpHeader ip, long network, long nanos) {
    if (begunCount == DEEPEST) {
      return;
    }
    int at = placeOf(ip, network);
    words[at + ID] = ip.fragmentId;
    words[at + SOURCE_0] = ip.source0;
    words[at + SOURCE_1] = ip.source1;
    words[at + TARGET_0] = ip.target0;
    words[at + TARGET_1] = ip.target1;
    words[at + TIME] = nanos;
    words[at + END] = (long) ip.fragmentLength << FlowKeys.PAYLOAD_SHIFT;
    words[at + ORDER] = ++order;
    words[at + KEY] = 0;
    words[at + NETWORK] = network;
    begun[begunCount++] = at;
  }

  /** The packets begun have the key of record {@code i}, which is final. */
  void end(int i) {
    while (begunCount > 0) {
      int at = begun[--begunCount];
      keys.copyTo(i, words, at + KEY);
      words[at + END] |= keys.control(i) & LASTING;
    }
  }

  /**
   * Gives a later fragment the key of the first one.
   *
   * @param i its record
   * @param network what was passed before its header
   * @param nanos packet time
   * @param payload its bytes above IP
   * @return false, and no key, if the first one was not seen or reaches into this one
   */
  boolean setLater(int i, IpHeader ip, long network, long nanos, int payload) {
    int at = placeOf(ip, network);
    if (!isAt(at, ip, network)
        || words[at + KEY] == 0
        || words[at + END] >>> FlowKeys.PAYLOAD_SHIFT > ip.fragmentOffset
        || isOver(nanos - words[at + TIME])) {
      return false;
    }
    keys.copyFrom(i, words, at + KEY, payload, (int) words[at + END] & LASTING);
    return true;
  }

  /** True for a difference of times beyond the timeout, in either direction. */
  private static boolean isOver(long age) {
    return Long.compareUnsigned(age + TIMEOUT_NANOS, 2 * TIMEOUT_NANOS) > 0;
  }

  /** Where the packet is, or the oldest of the places where it may be. */
  private int placeOf(IpHeader ip, long network) {
    long source = ip.source0 ^ network;
    long hash = keys.hash(source, ip.source1, ip.target0, ip.target1, ip.fragmentId);
    int first = ((int) hash & SET_MASK) * SET_LENGTH;
    int oldest = first;
    for (int at = first; at < first + SET_LENGTH; at += 1 << PLACE_SHIFT) {
      if (isAt(at, ip, network)) {
        return at;
      }
      oldest = words[at + ORDER] < words[oldest + ORDER] ? at : oldest;
    }
    return oldest;
  }

  private boolean isAt(int at, IpHeader ip, long network) {
    return words[at + ID] == ip.fragmentId
        && words[at + SOURCE_0] == ip.source0
        && words[at + SOURCE_1] == ip.source1
        && words[at + TARGET_0] == ip.target0
        && words[at + TARGET_1] == ip.target1
        && words[at + NETWORK] == network;
  }
}
