package org.gotm.core.capture;

import org.gotm.core.flow.BatchFlows;
import org.gotm.core.source.PacketBatch;

/** Sees the kept packets of each batch at once, where they lie. Hot path. */
@FunctionalInterface
public interface KeptBatchHandler {

  /**
   * Sees the packets of a batch that were kept; all arguments are valid only during the call. They
   * count as written when this returns; what this throws ends the capture, with the packets lost.
   *
   * @param batch all packets of the batch, kept or cut
   * @param kept the indexes of those that were kept, in order, in its first {@code count} places
   * @param count how many were kept, at least 1
   * @param flows the flow of each packet, by its index in the batch
   */
  void onBatch(PacketBatch batch, int[] kept, int count, BatchFlows flows);
}
