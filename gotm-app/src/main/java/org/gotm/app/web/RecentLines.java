package org.gotm.app.web;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The last lines of the log, each with its number, counted from 1. Any thread. */
public final class RecentLines {
  /** Lines that are remembered. */
  public static final int MOST = 100;

  private final Deque<String> lines = new ArrayDeque<>();
  private long count;

  /** No lines yet. */
  public RecentLines() {}

  /** Remembers a line, and forgets the oldest for it. Waits for nobody but a copy of the list. */
  public synchronized void add(String line) {
    if (lines.size() == MOST) {
      lines.removeFirst();
    }
    lines.addLast(line);
    count++;
  }

  /**
   * Lines after a number.
   *
   * @param first number of the first of them
   * @param lines in their order
   */
  public record Lines(long first, List<String> lines) {
    /** Number of the last of them; one less than the first if there are none. */
    public long last() {
      return first + lines.size() - 1;
    }
  }

  /** Those lines after number {@code seen} that are remembered still; 0 for all. */
  public synchronized Lines after(long seen) {
    int fresh = (int) Math.min(count - seen, lines.size());
    List<String> all = new ArrayList<>(lines);
    return new Lines(count - fresh + 1, all.subList(all.size() - fresh, all.size()));
  }
}
