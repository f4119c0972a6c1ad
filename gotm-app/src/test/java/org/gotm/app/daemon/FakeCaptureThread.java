package org.gotm.app.daemon;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.gotm.app.metrics.FlowSizes;
import org.gotm.core.capture.Ledger;

/** A capture that does nothing by itself: tests set what it has counted and what is wrong. */
final class FakeCaptureThread implements CaptureThread {
  final Ledger ledger = new Ledger();
  final Queue<String> notes = new ArrayDeque<>();
  String error;
  private final String interfaceName;
  private final int worker;

  FakeCaptureThread(String interfaceName, int worker) {
    this.interfaceName = interfaceName;
    this.worker = worker;
  }

  @Override
  public String interfaceName() {
    return interfaceName;
  }

  @Override
  public int worker() {
    return worker;
  }

  @Override
  public Ledger ledger() {
    return ledger;
  }

  @Override
  public FlowSizes flowSizes() {
    return new FlowSizes();
  }

  @Override
  public List<String> extraCounters() {
    return List.of();
  }

  @Override
  public void start(Runnable atEnd) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void stop() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean hasEnded() {
    return false;
  }

  @Override
  public String error() {
    return error;
  }

  @Override
  public boolean standsStill() {
    return false;
  }

  @Override
  public int exitCode() {
    return ExitCodes.OK;
  }

  @Override
  public void printNotes(Consumer<String> log) {
    while (!notes.isEmpty()) {
      log.accept(notes.remove());
    }
  }
}
