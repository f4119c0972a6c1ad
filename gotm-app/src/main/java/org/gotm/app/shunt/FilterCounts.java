package org.gotm.app.shunt;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How many flows were to be filtered, by what became of it. Any thread. */
public final class FilterCounts {
  /** What became of a request. */
  public enum Status {
    /** The flow is filtered. */
    OK,
    /** It is not: no answer, another one than ok, or the program failed. */
    ERR,
    /** Nobody was asked: too old, too many at once, or not to be expressed. */
    IGNORED;

    /** Its name in labels of metrics. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Map<Status, LongAdder> counts = new EnumMap<>(Status.class);

  /** None yet. */
  public FilterCounts() {
    for (Status status : Status.values()) {
      counts.put(status, new LongAdder());
    }
  }

  /** Counts some more. */
  public void add(Status status, long flows) {
    counts.get(status).add(flows);
  }

  /** How many there were. */
  public long get(Status status) {
    return counts.get(status).sum();
  }
}
