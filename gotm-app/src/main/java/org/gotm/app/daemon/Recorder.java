package org.gotm.app.daemon;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.gotm.app.metrics.DaemonMetrics;
import org.gotm.app.metrics.FlowSizes;
import org.gotm.app.metrics.MetricsServer;
import org.gotm.app.metrics.RecorderMetrics;
import org.gotm.app.metrics.WaitingMetrics;
import org.gotm.app.queryserver.QueryCounts;
import org.gotm.app.queryserver.QueryServer;
import org.gotm.app.queryserver.Recorded;
import org.gotm.app.web.RecorderPage;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.linux.Privileges;
import org.gotm.store.Recording;
import org.gotm.store.flows.FlowSpool;
import org.gotm.store.metrics.FlowSpoolMetrics;
import org.gotm.store.metrics.MeteredWorker;
import org.gotm.store.metrics.RetentionMetrics;
import org.gotm.store.retain.Retainer;

/**
 * One run of gotm, from start to clean stop: opens what can fail first, then starts the threads,
 * reports while they work, and at the end drains, finishes the file and prints the ledger. One
 * thread.
 */
public final class Recorder {
  private static final Duration SHOW_AT_MOST = Duration.ofSeconds(2);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Settings settings;
  private final Signals signals = new Signals();
  private final AtomicBoolean ends = new AtomicBoolean(); // the first to set it has the last word
  private final boolean drawing;
  private final EventLog log;
  private final Service service;
  private final Reload reload;
  private final List<String> overridden;
  private boolean reloadAsked;
  private RecorderMetrics metrics;

  /**
   * A run with these settings.
   *
   * @param changes reads the configuration file again; none if there is no such file
   * @param overridden what of that file does not count, a line each
   */
  public Recorder(
      Settings settings,
      Map<String, String> environment,
      Supplier<Optional<SettingsChange>> changes,
      List<String> overridden) {
    this.settings = settings;
    this.overridden = overridden;
    drawing = settings.isOffline() && Progress.isWanted();
    long bytes = drawing ? FileSources.totalBytes(settings.source().files()) : 0;
    log = new EventLog(System.err, Clock.systemDefaultZone(), new Progress(System.err, bytes));
    log.use(LogStyle.of(settings.process().logFormat(), environment));
    service = new Service(environment, log);
    reload = new Reload(changes, environment, log);
  }

  /**
   * Runs until the files are read or the process is asked to stop.
   *
   * @return the exit code, see {@link ExitCodes}
   * @throws PacketSourceException if a source, the metrics address or the output cannot be had
   */
  public int run() throws InterruptedException {
    signals.install();
    Privileges.setFileMask(settings.process().fileMask());
    try (log;
        Pipeline pipeline = new Pipeline(settings, log);
        MetricsServer server = bindMetrics();
        QueryServer queries = bindQueries()) {
      overridden.forEach(log);
      if (settings.source().waits() && !settings.isOffline() && !interfacesCome(server)) {
        service.stopping();
        return ExitCodes.OK;
      }
      pipeline.open();
      return record(pipeline, server, queries);
    }
  }

  /** Waits for the interfaces; false if a stop is asked for before they come. */
  private boolean interfacesCome(MetricsServer server) throws InterruptedException {
    InterfaceWait wait = new InterfaceWait(settings.source().interfaces(), signals, service, log);
    if (wait.isOver()) {
      return true;
    }
    if (server != null) {
      WaitingMetrics waiting = new WaitingMetrics(processMetrics(wait::errors));
      server.serve(waiting::scrape, wait::errors, waiting.page(wait::errors));
    }
    if (!wait.await()) {
      return false;
    }
    reloadAsked = wait.isReloadAsked();
    service.suspendWatchdog(); // a large file may have to be repaired first
    return true;
  }

  private int record(Pipeline pipeline, MetricsServer server, QueryServer queries)
      throws InterruptedException {
    List<CaptureThread> captures = pipeline.captures();
    StatsReporter reporter =
        new StatsReporter(
            captures,
            Map.of(
                "output",
                pipeline.recording()::standstill,
                "retention",
                () -> pipeline.recording().retainer().map(Retainer::standstill).orElse(null),
                "flows",
                () -> pipeline.flowSpool() == null ? null : pipeline.flowSpool().standstill(),
                "log",
                log::error),
            log);
    pipeline.start(signals::wakeUp);
    if (!settings.isOffline()) {
      pipeline.yieldPriority(); // to the capture threads, which already have packets waiting
    }
    if (server != null) {
      serve(server, pipeline); // takes longer than all before
    }
    if (queries != null) {
      answer(queries, pipeline);
    }
    service.ready();
    service.status("recording " + settings.source().name());
    if (reloadAsked) {
      takeUpChanges(pipeline, queries);
    }
    watch(pipeline, reporter, queries, new ServiceStatus(captures, System.nanoTime()));
    service.stopping();
    if (queries != null) {
      queries.cancel();
    }
    stop(pipeline, reporter);
    reporter.printNews();
    reporter.printLedger(pipeline.classes().names());
    pipeline.endShunts();
    return exitCode(pipeline, reporter);
  }

  /** A reader of files could have waited, and somebody believes the files to be whole. */
  private int exitCode(Pipeline pipeline, StatsReporter reporter) {
    int code =
        pipeline.captures().stream().mapToInt(CaptureThread::exitCode).max().orElse(ExitCodes.OK);
    String error = pipeline.recording().error();
    boolean isTold = error != null && settings.output().toStandardOutput();
    if (settings.isOffline() && reporter.lost() > 0 && !isTold) {
      log.accept("gotm: %d packets were read and are in no file".formatted(reporter.lost()));
      code = Math.max(code, ExitCodes.FAILED);
    }
    if (error != null || pipeline.recording().hasFailed()) {
      log.accept("gotm: the output failed: " + (error == null ? "see above" : error));
      code = Math.max(code, ExitCodes.FAILED);
    }
    FlowSpool flows = pipeline.flowSpool();
    if (flows != null && flows.error() != null) {
      log.accept("gotm: " + flows.error());
      code = Math.max(code, ExitCodes.FAILED);
    } else if (flows != null && settings.isOffline() && flows.lost() > 0) {
      log.accept("gotm: %d records of flows are in no file".formatted(flows.lost()));
      code = Math.max(code, ExitCodes.FAILED);
    }
    String retention = pipeline.recording().retainer().map(Retainer::error).orElse(null);
    if (retention != null) {
      log.accept("gotm: retention failed: " + retention);
      code = Math.max(code, ExitCodes.FAILED);
    }
    return code;
  }

  /** Reports and rotates until all captures ended or a stop is asked for. */
  private void watch(
      Pipeline pipeline, StatsReporter reporter, QueryServer queries, ServiceStatus status)
      throws InterruptedException {
    long interval = settings.report().interval().toNanos();
    long next = System.nanoTime() + interval;
    while (!pipeline.hasEnded() && !pipeline.hasFailed()) {
      long wait = Math.min(LOOK_NANOS, Math.max(next - System.nanoTime(), 1));
      Signals.Request request = signals.await(wait);
      if (request == Signals.Request.STOP) {
        pipeline.recording().hurry();
        return;
      }
      if (request == Signals.Request.ROTATE) {
        reload(pipeline, queries);
      }
      reporter.printNews();
      if (pipeline.moves()) {
        service.feed(System.nanoTime());
      }
      if (System.nanoTime() - next >= 0) {
        next += interval * ((System.nanoTime() - next) / interval + 1);
        reporter.printInterval();
        service.status(status.line(System.nanoTime()));
      }
      if (drawing) {
        log.draw(pipeline.bytesRead(), reporter.seen());
      }
    }
  }

  /** Rotates, and takes up what has changed. */
  private void reload(Pipeline pipeline, QueryServer queries) {
    service.reloading(System.nanoTime());
    pipeline.recording().rotate();
    takeUpChanges(pipeline, queries);
    service.ready();
  }

  private void takeUpChanges(Pipeline pipeline, QueryServer queries) {
    reload.run(pipeline.classes(), pipeline.recording().retainer());
    if (metrics != null) {
      metrics.addClasses(pipeline.classes().names());
    }
    if (queries != null) {
      queries.reload();
    }
  }

  /** Drains and finishes, unless a second signal comes before that is done. */
  private void stop(Pipeline pipeline, StatsReporter reporter) throws InterruptedException {
    signals.onNextStop(() -> giveUp(pipeline, reporter));
    pipeline.stop();
    while (!pipeline.hasEnded()) {
      signals.await(LOOK_NANOS); // a capture that ends ends the wait
    }
    pipeline.finish();
    if (!ends.compareAndSet(false, true)) {
      Thread.currentThread().join(); // the thread that gives up ends the process
    }
  }

  private void giveUp(Pipeline pipeline, StatsReporter reporter) {
    if (!ends.compareAndSet(false, true)) {
      return;
    }
    log.accept("giving up waiting; the current file is left for the next start to repair");
    pipeline.recording().abandon(); // so that the ledger calls written what the disk has
    reporter.printLedger(pipeline.classes().names());
    log.close();
    Runtime.getRuntime().halt(ExitCodes.FAILED);
  }

  private MetricsServer bindMetrics() {
    if (settings.report().metricsAddress().isEmpty()) {
      return null;
    }
    try {
      return MetricsServer.open(settings.report().metricsAddress().get(), log);
    } catch (IOException e) {
      throw new StartException(e.getMessage(), e);
    }
  }

  private QueryServer bindQueries() {
    if (settings.queries().isOff()) {
      return null;
    }
    try {
      return QueryServer.open(settings.queries(), UserChange.successor(settings), log);
    } catch (IOException e) {
      throw new StartException(e.getMessage(), e);
    }
  }

  private void show(Recording recording) {
    try {
      if (!recording.show(SHOW_AT_MOST)) {
        log.accept("query: what came last is not all on disk, and may be missing in the answer");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the search ends at its next look
    }
  }

  private void answer(QueryServer queries, Pipeline pipeline) {
    QueryCounts counts = new QueryCounts();
    Recorded recorded =
        new Recorded(
            List.of(settings.output().folder()),
            () -> show(pipeline.recording()),
            () -> pipeline.recording().retainer().map(Retainer::deletedFiles).orElse(0L),
            Optional.ofNullable(pipeline.flowSpool()).map(spool -> spool::showIn));
    try {
      queries.start(recorded, counts);
    } catch (IOException e) {
      throw new StartException(e.getMessage(), e);
    }
    if (metrics != null) {
      metrics.add(counts);
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
    metrics = new RecorderMetrics(workers, pipeline.meteredOutput(), settings.report().interval());
    metrics.addClasses(pipeline.classes().names());
    pipeline.recording().retainer().map(RetentionMetrics::new).ifPresent(metrics::add);
    if (pipeline.flowSpool() != null) {
      metrics.add(new FlowSpoolMetrics(pipeline.flowSpool()));
    }
    metrics.add(processMetrics(() -> errors(pipeline)));
    metrics.countFiltered(pipeline.filterCounts());
    server.serve(metrics::scrape, () -> errors(pipeline), page(pipeline));
  }

  private DaemonMetrics processMetrics(Supplier<List<String>> errors) {
    return new DaemonMetrics(
        () -> errors.get().isEmpty(), log::dropped, Clock.systemUTC(), System::nanoTime);
  }

  private RecorderPage page(Pipeline pipeline) {
    return new RecorderPage(
        settings.facts(),
        metrics::scrape,
        () -> errors(pipeline),
        pipeline::largestFlows,
        () -> pipeline.classes().names(),
        log.recent());
  }

  /** What is wrong now, for {@code /healthz}. Any thread. */
  private List<String> errors(Pipeline pipeline) {
    List<String> errors = pipeline.errors();
    if (log.error() != null) {
      errors.add("log: " + log.error());
    }
    return errors;
  }
}
