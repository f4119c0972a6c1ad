package org.gotm.ffm.snf;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.gotm.core.source.SourceStats;
import org.gotm.ffm.snf.generated.snf_h;
import org.gotm.ffm.snf.generated.snf_ring_stats;

/**
 * What the library's counters have grown by since the ring was opened. They run on from earlier
 * captures, lag behind, and may be cleared by the administrator, after which they count from 0. One
 * thread.
 */
final class SnfCounters {
  /** What {@link #fill} puts into {@link SourceStats#extra}. */
  static final List<String> EXTRA =
      List.of(
          "ring_received",
          "unstamped",
          "nic_received",
          "nic_bytes",
          "nic_overflow",
          "nic_bad",
          "nic_filtered",
          "shared_overflow");

  /** As large as any level's {@code struct snf_ring_stats}, and larger; unknown members stay 0. */
  private static final long STATS_BYTES = 128;

  private static final int COUNTERS = (int) (snf_ring_stats.sizeof() / Long.BYTES);

  private final String name;
  private final MemorySegment ring;
  private final boolean tellsOfPort;
  private final MemorySegment stats;
  private final long[] last = new long[COUNTERS];
  private final long[] total = new long[COUNTERS];

  /**
   * Counts from now on.
   *
   * @param tellsOfPort true to tell what the whole port counts too, false to have 0 for that
   */
  SnfCounters(String name, MemorySegment ring, boolean tellsOfPort, Arena arena) {
    this.name = name;
    this.ring = ring;
    this.tellsOfPort = tellsOfPort;
    stats = arena.allocate(STATS_BYTES, Long.BYTES);
    read();
    Arrays.fill(total, 0);
  }

  /** Adds what was counted since the last reading; a busy library is left for the next one. */
  void read() {
    int code = Math.abs(snf_h.snf_ring_getstats(ring, stats));
    if (code == 0) {
      add();
    } else if (!SnfLibrary.isNothing(code)) {
      throw SnfFailure.of(name, "snf_ring_getstats", code);
    }
  }

  private void add() {
    for (int i = 0; i < COUNTERS; i++) {
      long now = stats.getAtIndex(JAVA_LONG, i);
      total[i] += now >= last[i] ? now - last[i] : now;
      last[i] = now;
    }
  }

  private long ofRing(long offset) {
    return total[(int) (offset / Long.BYTES)];
  }

  private long ofPort(long offset) {
    return tellsOfPort ? ofRing(offset) : 0;
  }

  /** Packets that were put into the ring, as of the last reading. */
  long ringReceived() {
    return ofRing(snf_ring_stats.ring_pkt_recv$offset());
  }

  /**
   * The account of the ring, as of the last reading.
   *
   * @param handedOver packets that came out of the ring; the library's own count of them lags
   * @param unstamped how many of them had no timestamp
   * @param isOver true if nothing will come out of the ring any more
   */
  void fill(SourceStats into, long handedOver, long unstamped, boolean isOver) {
    long taken = Math.max(ringReceived(), handedOver);
    long nicOverflow = ofPort(snf_ring_stats.nic_pkt_overflow$offset());
    long nicBad = ofPort(snf_ring_stats.nic_pkt_bad$offset());
    into.dropped = ofRing(snf_ring_stats.ring_pkt_overflow$offset());
    into.received = taken + into.dropped;
    into.discarded = isOver ? taken - handedOver : 0;
    into.interfaceDropped = nicOverflow + nicBad;
    into.extra[0] = ringReceived();
    into.extra[1] = unstamped;
    into.extra[2] = ofPort(snf_ring_stats.nic_pkt_recv$offset());
    into.extra[3] = ofPort(snf_ring_stats.nic_bytes_recv$offset());
    into.extra[4] = nicOverflow;
    into.extra[5] = nicBad;
    into.extra[6] = ofPort(snf_ring_stats.nic_pkt_dropped$offset());
    into.extra[7] = ofPort(snf_ring_stats.snf_pkt_overflow$offset());
  }
}
