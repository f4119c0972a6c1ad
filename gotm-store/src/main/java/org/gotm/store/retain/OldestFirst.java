package org.gotm.store.retain;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/**
 * The captures of a tree, the oldest first, each once. A folder is listed only when its files are
 * next, and what lies before the place reached is not looked at again until {@link #rewind}; so a
 * pass costs no more with millions of files. One thread.
 */
final class OldestFirst {
  private final CaptureTree tree;
  private final Supplier<String> today;
  private final ArrayDeque<CaptureFile> waiting = new ArrayDeque<>();
  private String day;
  private String after = "";
  private boolean atEnd;

  /**
   * From the beginning of a tree.
   *
   * @param today the day that it is, {@code yyyy/MM/dd}: folders of days before it are deleted when
   *     nothing is left in them; empty if none are to be
   */
  OldestFirst(CaptureTree tree, Supplier<String> today) {
    this.tree = tree;
    this.today = today;
  }

  /** Begins anew: what was passed over may have been unpinned, and others may have added files. */
  void rewind() {
    waiting.clear();
    day = null;
    after = "";
    atEnd = false;
  }

  /** The capture that {@link #take} would take, or null if none is left. */
  CaptureFile peek() throws IOException {
    atEnd = false;
    while (waiting.isEmpty() && !atEnd) {
      atEnd = !listMore();
    }
    return waiting.peek();
  }

  /** True when the last {@link #peek} has found nothing left. */
  boolean isAtEnd() {
    return atEnd;
  }

  /** Takes the capture that {@link #peek} has shown. */
  CaptureFile take() {
    CaptureFile first = waiting.remove();
    after = first.name();
    return first;
  }

  /** Lists what is behind the place reached; false if that is nothing. */
  private boolean listMore() throws IOException {
    if (day != null && addFrom(day)) {
      return true;
    }
    if (day != null && day.compareTo(today.get()) < 0) {
      tree.deleteIfEmpty(day);
    }
    String next = day == null ? tree.firstDay() : tree.dayAfter(day);
    if (next == null) {
      return false;
    }
    day = next;
    after = "";
    addFrom(day);
    return true;
  }

  private boolean addFrom(String listed) {
    try {
      waiting.addAll(tree.list(listed, after));
      return !waiting.isEmpty();
    } catch (IOException e) {
      tree.cannotList(listed, e);
      return false;
    }
  }

  /** A file has got its name: if it lies before what waits the order begins anew. */
  void onFinished(String path) {
    CaptureFile last = waiting.peekLast();
    String reached = last != null ? last.path() : day == null ? "" : day + "/" + after;
    if (path.compareTo(reached) < 0) {
      rewind();
    }
  }
}
