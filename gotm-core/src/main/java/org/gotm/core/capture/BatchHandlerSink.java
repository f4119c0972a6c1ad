package org.gotm.core.capture;

import java.util.Objects;
import org.gotm.core.flow.BatchFlows;
import org.gotm.core.source.PacketBatch;

/** Collects the indexes of a batch's kept packets and shows them at its end. */
final class BatchHandlerSink implements PacketSink {
  private final KeptBatchHandler handler;
  private final Ledger ledger;
  private final int[] kept = new int[PacketBatch.MAX_CAPACITY];
  private int count;

  BatchHandlerSink(KeptBatchHandler handler, Ledger ledger) {
    this.handler = Objects.requireNonNull(handler, "handler");
    this.ledger = ledger;
  }

  @Override
  public boolean accept(PacketBatch batch, int index, BatchFlows flows) {
    kept[count++] = index;
    return true;
  }

  @Override
  public void endBatch(PacketBatch batch, BatchFlows flows) {
    int collected = count;
    count = 0;
    if (collected == 0) {
      return;
    }
    Counter bucket = Counter.LOST_OUTPUT_FULL;
    try {
      handler.onBatch(batch, kept, collected, flows);
      bucket = Counter.WRITTEN;
    } finally {
      ledger.add(bucket, collected);
    }
  }
}
