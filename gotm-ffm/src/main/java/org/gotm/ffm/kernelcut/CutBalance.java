package org.gotm.ffm.kernelcut;

/**
 * Says when it pays to cut in the kernel: what is not cut costs more there, what is cut costs less,
 * and at about 30 % of the packets that is even. Between the two shares it stays as it is. One
 * thread.
 */
final class CutBalance {
  private static final int IN_FROM_PERCENT = 40;
  private static final int OUT_BELOW_PERCENT = 20;

  /** So often in turn it must not pay, as short pauses of a few flows are no reason. */
  private static final int OUT_AFTER = 8;

  private static final long LEAST_PACKETS = 1000;

  private boolean isIn;
  private int below;

  /** Out at first. */
  CutBalance() {}

  /**
   * Takes note of the packets since the last call.
   *
   * @param delivered packets that were delivered
   * @param cutBehind of them, cut
   * @param cutInKernel packets that were not delivered as the kernel has cut them
   * @return false if they are too few to tell: they count again in the next call
   */
  boolean look(long delivered, long cutBehind, long cutInKernel) {
    long all = delivered + cutInKernel;
    if (all < LEAST_PACKETS) {
      return false;
    }
    long percent = (cutBehind + cutInKernel) * 100 / all;
    below = percent < OUT_BELOW_PERCENT ? below + 1 : 0;
    isIn = percent >= IN_FROM_PERCENT || isIn && below < OUT_AFTER;
    return true;
  }

  /** True while it pays. */
  boolean isIn() {
    return isIn;
  }
}
