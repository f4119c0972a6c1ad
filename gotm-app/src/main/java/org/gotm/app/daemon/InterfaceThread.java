package org.gotm.app.daemon;

import java.util.List;
import java.util.function.Consumer;
import org.gotm.app.metrics.FlowSizes;
import org.gotm.core.capture.CaptureWorker;
import org.gotm.core.capture.Ledger;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.source.PacketSource;
import org.gotm.ffm.linux.Libc;

/** A worker on an interface, with the source it polls. */
final class InterfaceThread implements CaptureThread {
  private final int worker;
  private final PacketSource source;
  private final CaptureWorker captureWorker;
  private final FlowCutter cutter;
  private final FlowWatch watch;
  private final int cpu;
  private volatile Throwable failure;
  private volatile boolean ended;

  /**
   * A capture whose thread is not started yet.
   *
   * @param cutter the worker's, whose flows end when the worker has
   * @param cpu processor to bind the thread to, or -1
   */
  InterfaceThread(
      int worker,
      PacketSource source,
      CaptureWorker captureWorker,
      FlowCutter cutter,
      FlowWatch watch,
      int cpu) {
    this.worker = worker;
    this.source = source;
    this.captureWorker = captureWorker;
    this.cutter = cutter;
    this.watch = watch;
    this.cpu = cpu;
  }

  private void run(Runnable atEnd) {
    try {
      if (cpu >= 0) {
        pin();
      }
      captureWorker.run();
      cutter.end();
    } catch (Throwable e) {
      failure = e;
    } finally {
      ended = true;
      atEnd.run();
    }
  }

  private void pin() {
    try (var arena = java.lang.foreign.Arena.ofConfined()) {
      int result = new Libc(arena).pinThread(cpu);
      if (result < 0) {
        watch.note(
            "cpus=%d: %s; worker %d runs on any processor instead, lscpu lists those there are"
                .formatted(cpu, Libc.message(result), worker));
      }
    }
  }

  @Override
  public String interfaceName() {
    return source.name();
  }

  @Override
  public int worker() {
    return worker;
  }

  @Override
  public Ledger ledger() {
    return captureWorker.ledger();
  }

  @Override
  public FlowSizes flowSizes() {
    return watch.sizes();
  }

  @Override
  public List<String> extraCounters() {
    return source.extraCounters();
  }

  @Override
  public void start(Runnable atEnd) {
    Thread.ofPlatform()
        .name("capture-%s-%d".formatted(source.name(), worker))
        .start(() -> run(atEnd));
  }

  @Override
  public void stop() {
    captureWorker.stop();
  }

  @Override
  public boolean hasEnded() {
    return ended;
  }

  @Override
  public String error() {
    if (failure() != null) {
      return "stopped: " + failure();
    }
    String error = source.error();
    return error == null && standsStill() ? "the capture thread stands still" : error;
  }

  @Override
  public boolean standsStill() {
    return captureWorker.standsStill(System.nanoTime());
  }

  private Throwable failure() {
    return failure != null ? failure : captureWorker.failure();
  }

  @Override
  public int exitCode() {
    return failure() == null ? ExitCodes.OK : ExitCodes.FAILED;
  }

  @Override
  public void printNotes(Consumer<String> log) {
    watch.printNotes(log);
  }
}
