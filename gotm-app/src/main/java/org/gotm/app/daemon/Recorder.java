package org.gotm.app.daemon;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.gotm.app.metrics.FlowSizes;
import org.gotm.app.metrics.MetricsServer;
import org.gotm.app.metrics.RecorderMetrics;
import org.gotm.core.capture.Counter;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.linux.ServiceManager;
import org.gotm.store.metrics.MeteredWorker;

/**
 * One run of gotm, from start to clean stop: opens what can fail first, then starts the threads,
 * reports while they work, and at the end drains, finishes the file and prints the ledger. One
 * thread.
 */
public final class Recorder {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Settings settings;
  private final Map<String, String> environment;
  private final Signals signals = new Signals();
  private final EventLog log = new EventLog(System.err, Clock.systemDefaultZone());
  private Progress progress;

  /** A run with these settings. */
  public Recorder(Settings settings, Map<String, String> environment) {
    this.settings = settings;
    this.environment = environment;
  }

  /**
   * Runs until the files are read or the process is asked to stop.
   *
   * @return the exit code, see {@link ExitCodes}
   * @throws PacketSourceException if a source, the metrics address or the output cannot be had
   */
  public int run() throws InterruptedException {
    signals.install();
    try (Pipeline pipeline = new Pipeline(settings, this::log);
        MetricsServer server = bindMetrics()) {
      pipeline.open();
      return record(pipeline, server);
    }
  }

  private int record(Pipeline pipeline, MetricsServer server) throws InterruptedException {
    List<CaptureThread> captures = pipeline.captures();
    StatsReporter reporter = new StatsReporter(captures, this::log);
    if (settings.isOffline() && Progress.isWanted()) {
      progress = new Progress(System.err, FileSources.totalBytes(settings.source().files()));
    }
    pipeline.start(signals::wakeUp);
    if (!settings.isOffline()) {
      Pipeline.yieldPriority(); // to the capture threads, which already have packets waiting
    }
    if (server != null) {
      serve(server, pipeline); // takes longer than all before
    }
    tellServiceManager("READY=1");
    watch(pipeline, reporter);
    tellServiceManager("STOPPING=1");
    stop(pipeline, reporter);
    reporter.printNews();
    clearProgress();
    reporter.printLedger();
    return captures.stream().mapToInt(CaptureThread::exitCode).max().orElse(ExitCodes.OK);
  }

  /** A service manager that cannot be told is no reason to lose packets. */
  private void tellServiceManager(String state) {
    try {
      new ServiceManager(environment.get("NOTIFY_SOCKET")).tell(state);
    } catch (PacketSourceException e) {
      log("cannot tell the service manager %s: %s".formatted(state, e.getMessage()));
    }
  }

  /** Reports and rotates until all captures ended or a stop is asked for. */
  private void watch(Pipeline pipeline, StatsReporter reporter) throws InterruptedException {
    long interval = settings.report().interval().toNanos();
    long next = System.nanoTime() + interval;
    while (!pipeline.hasEnded()) {
      long wait = Math.min(LOOK_NANOS, Math.max(next - System.nanoTime(), 1));
      Signals.Request request = signals.await(wait);
      if (request == Signals.Request.STOP) {
        return;
      }
      if (request == Signals.Request.ROTATE) {
        pipeline.recording().rotate();
      }
      reporter.printNews();
      if (System.nanoTime() - next >= 0) {
        next += interval * ((System.nanoTime() - next) / interval + 1);
        reporter.printInterval();
      }
      drawProgress(pipeline);
    }
  }

  /** Drains and finishes, unless a second signal comes before that is done. */
  private void stop(Pipeline pipeline, StatsReporter reporter) throws InterruptedException {
    signals.onNextStop(() -> giveUp(reporter));
    pipeline.stop();
    while (!pipeline.hasEnded()) {
      signals.await(LOOK_NANOS); // a capture that ends ends the wait
    }
    pipeline.finish();
  }

  private void giveUp(StatsReporter reporter) {
    log("giving up waiting; the current file is left for the next start to repair");
    reporter.printLedger();
    Runtime.getRuntime().halt(ExitCodes.FAILED);
  }

  private MetricsServer bindMetrics() {
    if (settings.report().metricsAddress().isEmpty()) {
      return null;
    }
    InetSocketAddress address = settings.report().metricsAddress().get();
    try {
      return MetricsServer.open(address, this::log);
    } catch (IOException e) {
      String reason =
          e instanceof BindException
              ? "the address is not here or not permitted (%s)".formatted(e.getMessage())
              : e.getMessage();
      throw new StartException(
          "metrics-address=%s:%d: %s; choose another or off"
              .formatted(address.getHostString(), address.getPort(), reason),
          e);
    }
  }

  private void serve(MetricsServer server, Pipeline pipeline) {
    Map<MeteredWorker, FlowSizes> workers = new LinkedHashMap<>();
    for (CaptureThread capture : pipeline.captures()) {
      MeteredWorker worker =
          new MeteredWorker(
              capture.interfaceName(), capture.worker(), capture.ledger(), capture.extraCounters());
      workers.put(worker, capture.flowSizes());
    }
    server.serve(
        new RecorderMetrics(workers, pipeline.meteredOutput(), settings.report().interval()),
        pipeline::errors);
  }

  private synchronized void log(String message) {
    clearProgress();
    log.accept(message);
  }

  private void drawProgress(Pipeline pipeline) {
    if (progress != null) {
      long packets =
          pipeline.captures().stream().mapToLong(c -> c.ledger().get(Counter.DELIVERED)).sum();
      progress.draw(pipeline.bytesRead(), packets);
    }
  }

  private void clearProgress() {
    if (progress != null) {
      progress.clear();
    }
  }
}
