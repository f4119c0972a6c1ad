package org.gotm.app.daemon;

import java.util.List;
import java.util.function.Consumer;
import org.gotm.app.metrics.FlowSizes;
import org.gotm.core.capture.CaptureWorker;
import org.gotm.core.capture.Ledger;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.pcapfile.LinkTypeChangeException;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.pcap.FilterException;
import org.gotm.store.api.RecordingException;

/** Reads files one after the other on one thread, as if their packets came from one link. */
final class FileThread implements CaptureThread {
  private final String name;
  private final List<String> files;
  private final FileSources sources;
  private final FileWorkers workers;
  private final FlowCutter cutter;
  private final Ledger ledger;
  private final FlowWatch watch;
  private final Consumer<String> log;
  private volatile CaptureWorker current;
  private volatile boolean stopAsked;
  private volatile boolean ended;
  private volatile int exitCode = ExitCodes.OK;

  /**
   * Makes the worker that reads one source, with cutter, output and ledger of the whole reading.
   */
  @FunctionalInterface
  interface FileWorkers {
    CaptureWorker workerFor(PacketSource source);
  }

  FileThread(
      String name,
      List<String> files,
      FileSources sources,
      FileWorkers workers,
      FlowCutter cutter,
      Ledger ledger,
      FlowWatch watch,
      Consumer<String> log) {
    this.name = name;
    this.files = files;
    this.sources = sources;
    this.workers = workers;
    this.cutter = cutter;
    this.ledger = ledger;
    this.watch = watch;
    this.log = log;
  }

  private void readAll(Runnable atEnd) {
    try {
      for (String file : files) {
        if (!stopAsked) {
          read(file);
        }
      }
      cutter.end();
    } catch (Throwable e) {
      fail("reading failed: " + e);
    } finally {
      ended = true;
      atEnd.run();
    }
  }

  private void read(String file) {
    try {
      PacketSource next = sources.open(file);
      while (next != null) {
        try (PacketSource source = next) {
          next = read(source) && !stopAsked ? sources.next() : null;
        }
      }
    } catch (FilterException e) {
      exitCode = ExitCodes.USAGE;
      log.accept("gotm: " + e.getMessage());
    } catch (RecordingException e) {
      fail(e.getMessage());
    } catch (PacketSourceException e) {
      if (!stopAsked) { // else it is the stop that has ended the opening
        fail(e.getMessage());
      }
    }
  }

  /** Reads a source to its end; true if packets of another link type follow. */
  private boolean read(PacketSource source) {
    CaptureWorker worker = workers.workerFor(source);
    current = worker;
    if (stopAsked) {
      worker.stop();
    }
    worker.run();
    current = null;
    Throwable failure = worker.failure();
    if (failure instanceof LinkTypeChangeException) {
      List.of(failure.getSuppressed()).forEach(e -> fail(e.toString()));
      return true;
    }
    if (failure != null) {
      fail(failure instanceof PacketSourceException ? failure.getMessage() : failure.toString());
    }
    return false;
  }

  private void fail(String message) {
    exitCode = Math.max(exitCode, ExitCodes.FAILED);
    log.accept("gotm: " + message);
  }

  @Override
  public String interfaceName() {
    return name;
  }

  @Override
  public int worker() {
    return 0;
  }

  @Override
  public Ledger ledger() {
    return ledger;
  }

  @Override
  public FlowSizes flowSizes() {
    return watch.sizes();
  }

  @Override
  public List<String> extraCounters() {
    return List.of();
  }

  @Override
  public void start(Runnable atEnd) {
    Thread.ofPlatform().name("read-files").start(() -> readAll(atEnd));
  }

  @Override
  public void stop() {
    stopAsked = true;
    CaptureWorker worker = current;
    if (worker != null) {
      worker.stop();
    } else {
      sources.stop();
    }
  }

  @Override
  public boolean hasEnded() {
    return ended;
  }

  @Override
  public String error() {
    return null;
  }

  @Override
  public boolean standsStill() {
    return false; // who writes a pipe may take as long as he likes
  }

  @Override
  public int exitCode() {
    return exitCode;
  }

  @Override
  public void printNotes(Consumer<String> log) {
    watch.printNotes(log);
  }
}
