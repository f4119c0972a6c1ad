package org.gotm.ffm.ebpf;

/**
 * A filter of classic BPF that cannot be had as eBPF; it may still be attached as it is. The
 * message says which instruction it is for, to be read after "cannot".
 */
public final class UnsupportedFilterException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * A refusal.
   *
   * @param instruction the instruction's number, from 0 on
   * @param reason what it does, to be read after "it"
   */
  UnsupportedFilterException(int instruction, String reason) {
    super("translate instruction %d of the filter to eBPF: it %s".formatted(instruction, reason));
  }
}
