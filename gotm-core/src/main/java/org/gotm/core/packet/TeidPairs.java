package org.gotm.core.packet;

/**
 * Which two GTP tunnels carry the two directions of a flow: each end of a GTP tunnel chooses the
 * identifier (TEID, 3GPP TS 29.281, section 5.1) under which it wants to receive, so they differ.
 * The identifier of the direction that came first stands for both. Hot path. One thread.
 *
 * <p>Fixed in size: buckets of four entries, where a new entry pushes out the oldest. A flow whose
 * entry was pushed out may get another identifier, as a flow that begins anew.
 *
 * <pre>
 *   63                     1 0   63          32 31           0
 *   +-----------------------+-+  +-------------+-------------+
 *   | hash of ends and flow |D|  | first TEID  | other TEID  |
 *   +-----------------------+-+  +-------------+-------------+
 *     D: which direction is first      0: has not come yet
 * </pre>
 */
final class TeidPairs {
  /** Room for 65536 flows in a megabyte. */
  static final int USUAL_BUCKETS = 1 << 14;

  private static final int BUCKET_WORDS = 8;
  private static final int ENTRY_WORDS = 2;
  private static final long LOW_WORD = 0xffff_ffffL;

  private final long[] words;
  private final int bucketMask;

  /**
   * No pair yet.
   *
   * @param buckets a power of 2
   */
  TeidPairs(int buckets) {
    words = new long[buckets * BUCKET_WORDS];
    bucketMask = buckets - 1;
  }

  /**
   * The identifier that stands for a flow in a tunnel.
   *
   * @param flow hash of the tunnel's ends and the flow in it, the same in both directions
   * @param isForward which of the two directions this packet takes
   * @param teid identifier that it has
   * @return the first direction's identifier, or {@code teid} itself if another one than the
   *     packet's is known for its direction
   */
  int pair(long flow, boolean isForward, int teid) {
    long key = flow | 2 | 1; // never that of an empty entry
    int direction = isForward ? 1 : 0;
    int bucket = (int) (flow >>> 32 & bucketMask) * BUCKET_WORDS;
    for (int at = bucket; at < bucket + BUCKET_WORDS; at += ENTRY_WORDS) {
      if ((words[at] | 1) == key) {
        return (words[at] & 1) == direction ? teid : other(at + 1, teid);
      }
    }
    System.arraycopy(words, bucket, words, bucket + ENTRY_WORDS, BUCKET_WORDS - ENTRY_WORDS);
    words[bucket] = key & ~1L | direction;
    words[bucket + 1] = (long) teid << 32;
    return teid;
  }

  /** A packet of the direction that came second. */
  private int other(int at, int teid) {
    long pair = words[at];
    int known = (int) pair;
    if (known == 0) {
      words[at] = pair | teid & LOW_WORD;
      known = teid;
    }
    return known == teid ? (int) (pair >>> 32) : teid;
  }
}
