package org.gotm.core.capture;

import org.gotm.core.flow.BatchFlows;
import org.gotm.core.source.PacketBatch;

/** Where a worker puts the packets it keeps. Hot path. One thread: the worker's. */
public interface PacketSink {

  /**
   * Takes packet {@code index} of the batch, copying what it wants to keep.
   *
   * @param flows the flow of this packet, under the same index; valid only during the call
   * @return false if there was no room, and the packet is lost
   */
  boolean accept(PacketBatch batch, int index, BatchFlows flows);

  /**
   * The packets of this batch that were kept have all been accepted, or lost. A sink that throws
   * here has written them off to its ledger before.
   */
  default void endBatch(PacketBatch batch, BatchFlows flows) {}

  /**
   * Called after every poll, so that what waits in memory can be handed on in time.
   *
   * @param nowNanos the worker's monotonic clock
   */
  default void tick(long nowNanos) {}

  /** No more packets come: hands on what is left. */
  default void finish() {}
}
