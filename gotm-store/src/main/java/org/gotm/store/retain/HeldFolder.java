package org.gotm.store.retain;

import java.io.IOException;

/**
 * An output folder as a pass sees it.
 *
 * @param tree its captures
 * @param oldest the order in which they go
 * @param bytes what they take; it need not be complete if there is no budget
 */
record HeldFolder(CaptureTree tree, OldestFirst oldest, FolderBytes bytes) {
  /** Why the oldest capture is to go, or null if nothing is left or it may stay. */
  String reason(Goal goal, long freeBytes) throws IOException {
    boolean isOver = isOverBudget(goal);
    boolean isShort = freeBytes < goal.freeBytes();
    if (!isOver && !isShort && goal.oldestSecond().isEmpty()) {
      return null; // without a look at the folders
    }
    CaptureFile first = oldest.peek();
    if (first == null) {
      return null;
    }
    if (first.second().compareTo(goal.oldestSecond()) < 0) {
      return "maxage";
    }
    return isOver ? "diskbudget" : isShort ? "diskfree" : null;
  }

  /** True when the captures take more than they may. */
  boolean isOverBudget(Goal goal) {
    return bytes.isComplete() && bytes.total() > goal.budgetBytes();
  }
}
