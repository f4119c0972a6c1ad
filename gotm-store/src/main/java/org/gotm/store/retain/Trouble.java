package org.gotm.store.retain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.gotm.core.failure.Reason;

/**
 * What keeps retention from its work now: said in the log when it begins, once a minute while it
 * lasts, and when it ends. Any thread asks, one tells.
 */
final class Trouble {
  /** What can go wrong, one error each at a time. */
  enum Cause {
    /** It is not known how full the disk is. */
    DISK,
    /** Space runs out, and no file may be deleted any more. */
    NOTHING_LEFT,
    /** A file or an empty folder cannot be deleted. */
    DELETE,
    /** A folder cannot be read. */
    LIST,
    /** The work failed in a way that is a defect. */
    DEFECT
  }

  private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Path folder;
  private final LongSupplier nanoTime;
  private final Consumer<String> log;
  private final Map<Cause, String> texts = new EnumMap<>(Cause.class);
  private final Map<Cause, Long> logged = new EnumMap<>(Cause.class);
  private final Set<Cause> thisRound = EnumSet.noneOf(Cause.class);
  private volatile String current;

  /** Nothing is wrong yet. */
  Trouble(Path folder, LongSupplier nanoTime, Consumer<String> log) {
    this.folder = folder;
    this.nanoTime = nanoTime;
    this.log = log;
  }

  /** Something cannot be done to a file; {@code action} is a verb. */
  void report(Cause cause, String action, Path path, IOException e) {
    report(cause, "cannot %s %s: %s".formatted(action, path, Reason.of(e)));
  }

  /** Something is wrong. */
  synchronized void report(Cause cause, String text) {
    long now = nanoTime.getAsLong();
    thisRound.add(cause);
    texts.put(cause, "write=%s: %s".formatted(folder, text));
    current = first();
    Long before = logged.get(cause);
    if (before == null || now - before >= LOG_NANOS) {
      logged.put(cause, now);
      log.accept("retention: " + texts.get(cause));
    }
  }

  /** What may have been wrong before is not any more. */
  synchronized void succeeded(Cause cause) {
    String text = texts.remove(cause);
    if (text != null) {
      current = first();
      logged.remove(cause);
      log.accept("retention: no longer: " + text);
    }
  }

  /**
   * All files were gone through, and it begins anew: what went wrong with single files or folders
   * is over if it was not met in this round.
   */
  synchronized void endRound() {
    for (Cause cause : Set.of(Cause.DELETE, Cause.LIST)) {
      if (!thisRound.contains(cause)) {
        succeeded(cause);
      }
    }
    thisRound.clear();
  }

  /** True while something is wrong with single files or folders. */
  synchronized boolean isPartial() {
    return texts.containsKey(Cause.DELETE) || texts.containsKey(Cause.LIST);
  }

  private String first() {
    return texts.isEmpty() ? null : texts.values().iterator().next();
  }

  /** What is wrong, or null. */
  String current() {
    return current;
  }
}
