package org.gotm.core.capture;

import java.util.ArrayList;
import java.util.List;
import org.gotm.core.flow.BatchFlows;
import org.gotm.core.source.PacketBatch;

/** Takes packets, as many as it has room for, and writes them off at once; fails when told to. */
final class RecordingSink implements PacketSink {
  final List<Long> ticks = new ArrayList<>();
  int room = Integer.MAX_VALUE;
  int failsAfter = Integer.MAX_VALUE;
  RuntimeException failure;
  RuntimeException finishFailure;
  boolean finished;
  private final Ledger ledger;
  private int accepted;

  RecordingSink(Ledger ledger) {
    this.ledger = ledger;
  }

  @Override
  public boolean accept(PacketBatch batch, int index, BatchFlows flows) {
    if (accepted == failsAfter) {
      throw failure;
    }
    if (accepted == room) {
      return false;
    }
    accepted++;
    ledger.add(Counter.WRITTEN, 1);
    return true;
  }

  @Override
  public void tick(long nowNanos) {
    ticks.add(nowNanos);
  }

  @Override
  public void finish() {
    finished = true;
    if (finishFailure != null) {
      throw finishFailure;
    }
  }
}
