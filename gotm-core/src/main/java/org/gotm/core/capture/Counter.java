package org.gotm.core.capture;

import org.gotm.core.source.SourceStats;

/** What a worker's {@link Ledger} counts. Each counter has one writing thread. */
public enum Counter {
  /** Packets the kernel or NIC took for this worker, as the source reports. */
  RECEIVED,
  /** Received packets that the ring had no room for. */
  DROPPED,
  /** Received packets that the capture library discarded on purpose. */
  DISCARDED,
  /** Packets the interface dropped before they were received. */
  INTERFACE_DROPPED,
  /** Packets handed to the worker. */
  DELIVERED,
  /** Delivered packets within the cutoff of their flow. */
  KEPT,
  /** Delivered packets beyond the cutoff of their flow. */
  CUT,
  /** Received packets beyond the cutoff of their flow that the kernel, or the NIC, has dropped. */
  CUT_IN_KERNEL,
  /** Delivered packets whose flow could not be told; all of them are kept. */
  UNDECODED,
  /**
   * Kept packets that reached a file, {@link #LOST_SYNC_ERROR} ones included. Written by the output
   * thread.
   */
  WRITTEN,
  /**
   * Kept packets lost because no chunk was free, or the capture ended with them: the sink failed,
   * or the source filled their batch wrongly.
   */
  LOST_OUTPUT_FULL,
  /** Kept packets lost because writing failed. Written by the output thread. */
  LOST_WRITE_ERROR,
  /**
   * Packets that were booked as written and are lost all the same, because the disk could not be
   * made to keep them. Written by the output's closer.
   */
  LOST_SYNC_ERROR,
  /**
   * Packets that were booked as written and that the disk was not made to keep yet; goes up and
   * down, see {@link Ledger#loseUnsynced}. Written by the output thread and its closer.
   */
  UNSYNCED,
  /** Bytes on the wire of the packets that were delivered or cut in the kernel. */
  BYTES,
  /** Captured bytes of the kept packets that found room. */
  BYTES_OUTPUT,
  /** Flows seen. */
  FLOWS,
  /** Flows that reached their cutoff. */
  FLOWS_CUT,
  /** Flows that were idle for longer than the timeout and forgotten. */
  FLOWS_EXPIRED,
  /** Flows that had to give way because the table was full. */
  FLOWS_EVICTED,
  /** Flows that ended because another connection began, or because they came to their age. */
  FLOWS_RENEWED,
  /** Flows in the table now; goes up and down. */
  FLOWS_ACTIVE,
  /** Flows whose packets the kernel cuts now; goes up and down. */
  FLOWS_CUT_IN_KERNEL,
  /** 1 while flows are cut in the kernel, 0 while that does not pay, or cannot be. */
  KERNEL_CUT_ON,
  /** First of {@link SourceStats#MAX_EXTRA} counters that belong to the source. */
  EXTRA_0,
  /** A counter of the source. */
  EXTRA_1,
  /** A counter of the source. */
  EXTRA_2,
  /** A counter of the source. */
  EXTRA_3,
  /** A counter of the source. */
  EXTRA_4,
  /** A counter of the source. */
  EXTRA_5,
  /** A counter of the source. */
  EXTRA_6,
  /** A counter of the source. */
  EXTRA_7;

  private static final Counter[] VALUES = values();

  /** The counter for {@link SourceStats#extra} number {@code index}. */
  public static Counter extra(int index) {
    return VALUES[EXTRA_0.ordinal() + index];
  }
}
