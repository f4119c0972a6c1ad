package org.gotm.ffm.snf;

/**
 * How to open a port of SNF. What is left at its default is for the environment to say, and then
 * for the library: an option goes before the variable of the same meaning, except that {@code
 * SNF_APP_ID} goes before {@code appId}.
 *
 * @param name an interface of {@link SnfInterfaces#list}; or {@code snf0} or {@code snf10g0} for
 *     port 0; or several of these joined by {@code +}, whose packets are to be merged. Where the
 *     flags have {@code SNF_F_AGGREGATE_PORTMASK}, the number after {@code snf} is a bit mask of
 *     ports, as it is for libpcap
 * @param rings rings to open, one capture thread each; 0 for SNF_NUM_RINGS, else 1
 * @param boardRings rings that the NIC spreads the traffic over, when other processes open the rest
 *     of them (process sharing); 0 for as many as this one opens
 * @param firstRing number of the first ring to open; -1 for those that are free, or the one that
 *     SNF_RING_ID says
 * @param dataRingBytes memory for packets, for all rings of the port together; 0 for
 *     SNF_DATARING_SIZE, else the library's 256 MiB
 * @param flags bits {@code SNF_F_...}; -1 for SNF_FLAGS, else process sharing if SNF_NUM_RINGS is
 *     above 1 (as libpcap does), else the library's
 * @param rssFlags bits {@code SNF_RSS_...}: what the NIC spreads packets by; -1 for SNF_RSS_FLAGS,
 *     else addresses and ports
 * @param appId programs of different ids get all packets each; -1 for none
 * @param receiveMany false to take packets one by one even if the library can lend many at a time
 */
public record SnfOptions(
    String name,
    int rings,
    int boardRings,
    int firstRing,
    long dataRingBytes,
    int flags,
    int rssFlags,
    int appId,
    boolean receiveMany) {

  /** Checks the ranges. */
  public SnfOptions {
    requireFrom("rings", rings, 0);
    requireFrom("boardRings", boardRings, 0);
    requireFrom("firstRing", firstRing, -1);
    requireFrom("dataRingBytes", dataRingBytes, 0);
    requireFrom("flags", flags, -1);
    requireFrom("rssFlags", rssFlags, -1);
  }

  private static void requireFrom(String option, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException("%s=%d: below %d".formatted(option, value, least));
    }
  }

  /** Everything but the interface is left to the environment and the library. */
  public static SnfOptions of(String name) {
    return new SnfOptions(name, 0, 0, -1, 0, -1, -1, -1, true);
  }

  /** The same with another {@link #rings()}. */
  public SnfOptions withRings(int rings) {
    return new SnfOptions(
        name, rings, boardRings, firstRing, dataRingBytes, flags, rssFlags, appId, receiveMany);
  }

  /** The same with another {@link #boardRings()}. */
  public SnfOptions withBoardRings(int boardRings) {
    return new SnfOptions(
        name, rings, boardRings, firstRing, dataRingBytes, flags, rssFlags, appId, receiveMany);
  }

  /** The same with another {@link #firstRing()}. */
  public SnfOptions withFirstRing(int firstRing) {
    return new SnfOptions(
        name, rings, boardRings, firstRing, dataRingBytes, flags, rssFlags, appId, receiveMany);
  }

  /** The same with other {@link #dataRingBytes()}. */
  public SnfOptions withDataRingBytes(long dataRingBytes) {
    return new SnfOptions(
        name, rings, boardRings, firstRing, dataRingBytes, flags, rssFlags, appId, receiveMany);
  }

  /** The same with other {@link #flags()}. */
  public SnfOptions withFlags(int flags) {
    return new SnfOptions(
        name, rings, boardRings, firstRing, dataRingBytes, flags, rssFlags, appId, receiveMany);
  }

  /** The same with other {@link #rssFlags()}. */
  public SnfOptions withRssFlags(int rssFlags) {
    return new SnfOptions(
        name, rings, boardRings, firstRing, dataRingBytes, flags, rssFlags, appId, receiveMany);
  }

  /** The same with another {@link #appId()}. */
  public SnfOptions withAppId(int appId) {
    return new SnfOptions(
        name, rings, boardRings, firstRing, dataRingBytes, flags, rssFlags, appId, receiveMany);
  }

  /** The same with another {@link #receiveMany()}. */
  public SnfOptions withReceiveMany(boolean receiveMany) {
    return new SnfOptions(
        name, rings, boardRings, firstRing, dataRingBytes, flags, rssFlags, appId, receiveMany);
  }
}
