package org.gotm.fleet.spark;

import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** Flow records between the same ends, of one flow or of several, to be found by time. */
final class RecordsInTime {
  private final FoundFlow[] byEnd;
  private final long[] earliestFrom;

  RecordsInTime(List<FoundFlow> records) {
    byEnd =
        records.stream()
            .sorted(Comparator.comparingLong(FoundFlow::endMicros))
            .toArray(FoundFlow[]::new);
    earliestFrom = new long[byEnd.length];
    long earliest = Long.MAX_VALUE;
    for (int i = byEnd.length - 1; i >= 0; i--) {
      earliest = Math.min(earliest, byEnd[i].startMicros());
      earliestFrom[i] = earliest;
    }
  }

  /**
   * The record that a packet is of. Where several may be, as with the same ends in two networks, it
   * is the one of those that lack a packet which ends first.
   *
   * @param micros when the packet came
   * @param isWhole whether all packets of a record have come
   * @return null if none lacks a packet
   */
  FoundFlow at(long micros, Predicate<FoundFlow> isWhole) {
    for (int i = firstThatEndsFrom(micros); i < byEnd.length && earliestFrom[i] <= micros; i++) {
      if (byEnd[i].startMicros() <= micros && !isWhole.test(byEnd[i])) {
        return byEnd[i];
      }
    }
    return null;
  }

  private int firstThatEndsFrom(long micros) {
    int low = 0;
    int high = byEnd.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (byEnd[middle].endMicros() < micros) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
