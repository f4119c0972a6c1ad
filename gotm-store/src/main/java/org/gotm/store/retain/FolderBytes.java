package org.gotm.store.retain;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * What the captures of a tree take, with what lies beside them: counted once, a few hundred files
 * at a time, and kept from then on by what is told of files that come and go. A day may be counted
 * again, which finds what was not told of. One thread.
 */
final class FolderBytes implements AutoCloseable {
  private static final int FILES_A_STEP = 256;

  private final CaptureTree tree;
  private final Map<String, Long> days = new HashMap<>();
  private final TreeSet<String> again = new TreeSet<>();
  private long total;
  private String reached = "";
  private boolean complete;
  private String counting;
  private OpenFolder folder;
  private long counted;

  /** Nothing counted yet. */
  FolderBytes(CaptureTree tree) {
    this.tree = tree;
  }

  /** True when every day was counted, and none is to be counted again. */
  boolean isComplete() {
    return complete && counting == null && again.isEmpty();
  }

  /** Bytes of the days that were counted, and of all that was told of. */
  long total() {
    return total;
  }

  /** A file has come, or with a negative number gone. */
  void add(String day, long bytes) {
    set(day, days.getOrDefault(day, 0L) + bytes);
    if (day.equals(counting) && bytes < 0) {
      abandonDay();
      again.add(day); // nobody knows whether the file was counted already
    }
  }

  private void set(String day, long bytes) {
    Long before = bytes == 0 ? days.remove(day) : days.put(day, bytes);
    total += bytes - (before == null ? 0 : before);
  }

  /** Asks for a day to be counted once more. */
  void countAgain(String day) {
    again.add(day);
  }

  /**
   * Counts on.
   *
   * @return false if there was nothing to count
   */
  boolean step() throws IOException {
    if (counting == null && !beginDay()) {
      return false;
    }
    try {
      countSome();
    } catch (IOException e) {
      tree.cannotList(counting, e);
      abandonDay();
    }
    return true;
  }

  private boolean beginDay() throws IOException {
    counting = again.pollFirst();
    if (counting == null && !complete) {
      counting = reached.isEmpty() ? tree.firstDay() : tree.dayAfter(reached);
      complete = counting == null;
      reached = counting;
    }
    return counting != null;
  }

  private void countSome() throws IOException {
    folder = folder == null ? tree.open(counting) : folder;
    for (int i = 0; i < FILES_A_STEP; i++) {
      String name = folder == null ? null : folder.nextName();
      if (name == null) {
        set(counting, counted);
        abandonDay();
        return;
      }
      counted += CaptureName.of(name, counting) == null ? 0 : CaptureTree.sizeOf(folder, name);
    }
  }

  private void abandonDay() {
    close();
    counting = null;
    counted = 0;
  }

  @Override
  public void close() {
    try {
      if (folder != null) {
        folder.close();
      }
    } catch (IOException e) {
      tree.cannotList(counting, e);
    } finally {
      folder = null;
    }
  }
}
