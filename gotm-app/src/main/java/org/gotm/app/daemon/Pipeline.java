package org.gotm.app.daemon;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.gotm.app.metrics.MeteredOutput;
import org.gotm.core.capture.CaptureWorker;
import org.gotm.core.capture.Ledger;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkAppender;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.flow.FlowTable;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.PacketDecoder;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.ffm.libc.HugePages;
import org.gotm.store.Output;

/**
 * The parts of a packet's way, wired together: sources, workers with their flow tables, chunks,
 * output. Made, started, stopped and closed by one thread.
 */
final class Pipeline implements AutoCloseable {
  private static final int CHUNK_LENGTH = 1 << 20;

  /** So many that the disk may stand still for a tenth of a second at 10 Gbit/s. */
  private static final int CHUNKS = 120;

  /** Chunks that are in use when the disk keeps up. */
  private static final int TOUCHED_CHUNKS = 16;

  private static final int CHUNKS_A_WORKER = 8;
  private static final long CLOSE_NANOS = 2_000_000_000;
  private static final long CLOSE_LOOK_NANOS = 5_000_000;

  private final Settings settings;
  private final Consumer<String> log;
  private final HugePages memory = new HugePages();
  private final List<Capture> captures = new ArrayList<>();
  private final List<PacketSource> sources;
  private final FileSources fileSources;
  private final ChunkPool pool;
  private Output output;
  private boolean started;

  private Pipeline(Settings settings, List<PacketSource> sources, Consumer<String> log) {
    this.settings = settings;
    this.log = log;
    this.sources = sources;
    this.fileSources = new FileSources(settings.source().filter());
    this.pool =
        new ChunkPool(
            CHUNKS + CHUNKS_A_WORKER * Math.max(1, sources.size()),
            CHUNK_LENGTH,
            memory.asNeeded(TOUCHED_CHUNKS * CHUNK_LENGTH));
  }

  /** Opens the sources and makes the workers; nothing runs and no file is touched yet. */
  static Pipeline prepare(
      Settings settings, Map<String, String> environment, Consumer<String> log) {
    FileSources.check(settings.source().files());
    List<PacketSource> sources =
        settings.isOffline() ? List.of() : LiveSources.open(settings, environment, log);
    Pipeline pipeline = new Pipeline(settings, sources, log);
    if (settings.isOffline()) {
      pipeline.addFiles();
    } else {
      pipeline.addInterfaces();
    }
    return pipeline;
  }

  private void addInterfaces() {
    Map<String, Integer> workers = new HashMap<>();
    for (PacketSource source : sources) {
      int worker = workers.merge(source.name(), 1, Integer::sum) - 1;
      int number = captures.size();
      FlowWatch watch = new FlowWatch();
      FlowKeys keys = newKeys();
      Ledger ledger = new Ledger();
      CaptureWorker captureWorker =
          new CaptureWorker(
              source,
              new PacketDecoder(source.linkType(), settings.flows().directional(), keys),
              newTable(keys, watch),
              newAppender(number, source.linkType(), ledger),
              ledger,
              System::nanoTime);
      int cpu =
          settings.source().cpus().isEmpty()
              ? -1
              : settings.source().cpus().get(number % settings.source().cpus().size());
      captures.add(new LiveCapture(worker, source, captureWorker, watch, cpu));
    }
  }

  private void addFiles() {
    FlowWatch watch = new FlowWatch();
    FlowKeys keys = newKeys();
    FlowTable table = newTable(keys, watch);
    Ledger ledger = new Ledger();
    Map<Integer, ChunkAppender> appenders = new HashMap<>();
    FileCapture.FileWorkers workers =
        source ->
            new CaptureWorker(
                source,
                new PacketDecoder(source.linkType(), settings.flows().directional(), keys),
                table,
                appenders.computeIfAbsent(
                    source.linkType(), linkType -> newAppender(0, linkType, ledger)),
                ledger,
                System::nanoTime);
    captures.add(
        new FileCapture(
            OutputNames.ofFiles(settings.source().files()),
            settings.source().files(),
            fileSources,
            workers,
            ledger,
            watch,
            log));
  }

  private static FlowKeys newKeys() {
    return new FlowKeys(PacketBatch.DEFAULT_CAPACITY, ThreadLocalRandom.current().nextLong());
  }

  private FlowTable newTable(FlowKeys keys, FlowWatch watch) {
    FlowTable.Options options =
        new FlowTable.Options(
            settings.flows().capacity(),
            settings.flows().timeout().toNanos(),
            settings.flows().cutoff(),
            settings.flows().largeBytes());
    return new FlowTable(options, keys, watch, memory);
  }

  private ChunkAppender newAppender(int worker, int linkType, Ledger ledger) {
    boolean offline = settings.isOffline();
    ChunkAppender.Options options =
        new ChunkAppender.Options(
            worker,
            linkType,
            settings.output().precision(),
            settings.source().snaplen(),
            settings.output().flushInterval().toNanos(),
            offline ? settings.output().rotationInterval().toNanos() : 0,
            offline);
    return new ChunkAppender(options, pool, this::toOutput, ledger);
  }

  private void toOutput(Chunk chunk) {
    output.accept(chunk);
  }

  /** Opens the output: takes the folder, repairs what a crash left, opens the first file. */
  void openOutput() {
    output = Outputs.open(settings, baseName(), pool, log);
    captures.stream()
        .map(Capture::interfaceName)
        .distinct()
        .filter(name -> !settings.isOffline())
        .forEach(
            name ->
                log.accept(
                    "Starting capture on %s with %d workers".formatted(name, workersOn(name))));
    for (int worker = 0; worker < sources.size(); worker++) {
      output.expect(worker, sources.get(worker).linkType(), captures.get(worker).ledger());
    }
  }

  private String baseName() {
    return settings.isOffline()
        ? OutputNames.ofFiles(settings.source().files())
        : String.join(",", settings.source().interfaces());
  }

  private long workersOn(String name) {
    return captures.stream().filter(capture -> capture.interfaceName().equals(name)).count();
  }

  /**
   * Starts the captures.
   *
   * @param atEnd run by the thread of each capture when it has ended
   */
  void start(Runnable atEnd) {
    started = true;
    for (Capture capture : captures) {
      if (!settings.isOffline()) {
        log.accept(
            "Starting worker %d on interface %s"
                .formatted(capture.worker(), capture.interfaceName()));
      }
      capture.start(atEnd);
    }
    if (!settings.isOffline()) {
      memory.touch(); // while the first packets are on their way
    }
  }

  void stop() {
    captures.forEach(Capture::stop);
  }

  boolean hasEnded() {
    return captures.stream().allMatch(Capture::hasEnded);
  }

  /** Writes what is left and finishes the file; all captures have ended. */
  void finish() {
    output.finish();
  }

  List<Capture> captures() {
    return captures;
  }

  Output output() {
    return output;
  }

  long bytesRead() {
    return fileSources.bytesRead();
  }

  /** What is wrong now, for {@code /healthz}. Any thread. */
  List<String> troubles() {
    List<String> troubles = new ArrayList<>();
    for (Capture capture : captures) {
      String trouble = capture.trouble();
      if (trouble != null) {
        troubles.add(
            "interface %s worker %d: %s"
                .formatted(capture.interfaceName(), capture.worker(), trouble));
      }
    }
    String trouble = output.trouble();
    if (trouble != null) {
      troubles.add("output: " + trouble);
    }
    return troubles;
  }

  /** What the metrics tell of output and chunks. */
  MeteredOutput meteredOutput() {
    return new MeteredOutput(
        output::rotations,
        output::writeErrors,
        output::bytesWritten,
        output::compressorNanos,
        output::queueDepth,
        pool::size,
        pool::inUse);
  }

  /**
   * Frees everything. Threads that still capture, because something failed, are stopped before;
   * what they would not give up in time is left to the end of the process.
   */
  @Override
  public void close() {
    boolean ended = !started || awaitEnd();
    if (output != null) {
      output.close();
    }
    if (ended) {
      sources.forEach(PacketSource::close);
      memory.close();
    }
  }

  private boolean awaitEnd() {
    stop();
    long deadline = System.nanoTime() + CLOSE_NANOS;
    while (!hasEnded() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(CLOSE_LOOK_NANOS);
    }
    return hasEnded();
  }
}
