package org.gotm.fleet.lake;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.gotm.core.flow.FlowRecord;
import org.gotm.core.flow.FlowRecordLayout;
import org.gotm.store.flows.SpoolReader;

/**
 * As many records of a spool file as become one file of each hour: in memory, told in the order of
 * their beginnings. One thread.
 */
final class SpoolSlice implements AutoCloseable {
  /**
   * Records of a slice, some 40 MB of Parquet. Part of what the names of files stand for: with
   * another one, a spool file becomes others.
   */
  static final int MAX_RECORDS = 1 << 19;

  private static final int INDEX_BITS = 19;
  private static final long NANOS_PER_HOUR = 3_600_000_000_000L;

  private final Arena arena = Arena.ofConfined();
  private final FlowRecord record = new FlowRecord();
  private final MemorySegment records;
  private final long[] keys;
  private int count;

  /**
   * Room for records.
   *
   * @param recordsOfFile how many the file has, at most
   */
  SpoolSlice(long recordsOfFile) {
    int capacity = Math.clamp(recordsOfFile, 1, MAX_RECORDS);
    records = arena.allocate((long) capacity * FlowRecordLayout.LENGTH, Long.BYTES);
    keys = new long[capacity];
  }

  /** Takes the next records, in place of those before; false if there are no more. */
  boolean fill(SpoolReader reader) throws IOException {
    count = 0;
    while (count < keys.length) {
      FlowRecord next = reader.next();
      if (next == null) {
        break;
      }
      next.copyTo(records, (long) count * FlowRecordLayout.LENGTH);
      count++;
    }
    return count > 0;
  }

  /** Records of each hour, counted from 1970, in which one began. */
  SortedMap<Long, Integer> hours() {
    SortedMap<Long, Integer> hours = new TreeMap<>();
    long last = 0;
    int same = 0;
    for (int index = 0; index < count; index++) {
      long hour = hour(index);
      if (hour != last && same > 0) {
        hours.merge(last, same, Integer::sum);
        same = 0;
      }
      last = hour;
      same++;
    }
    if (same > 0) {
      hours.merge(last, same, Integer::sum);
    }
    return hours;
  }

  /** Sorts the records that began within an hour. */
  void sort(long hour) {
    int sorted = 0;
    long start = hour * NANOS_PER_HOUR;
    for (int index = 0; index < count; index++) {
      if (hour(index) == hour) {
        keys[sorted++] = at(index).firstNanos() - start << INDEX_BITS | index;
      }
    }
    Arrays.sort(keys, 0, sorted);
  }

  /** One of the records that were sorted last, by its place in their order. */
  FlowRecord sorted(int place) {
    return at((int) (keys[place] & MAX_RECORDS - 1));
  }

  /** The record that was first in the file. */
  FlowRecord first() {
    return at(0);
  }

  private long hour(int index) {
    return Math.floorDiv(at(index).firstNanos(), NANOS_PER_HOUR);
  }

  private FlowRecord at(int index) {
    return record.at(records, (long) index * FlowRecordLayout.LENGTH);
  }

  @Override
  public void close() {
    arena.close();
  }
}
