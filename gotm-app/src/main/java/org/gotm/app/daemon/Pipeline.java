package org.gotm.app.daemon;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.gotm.app.shunt.FilterCounts;
import org.gotm.app.shunt.Shunts;
import org.gotm.core.capture.CaptureWorker;
import org.gotm.core.capture.Ledger;
import org.gotm.core.capture.PacketSink;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.flow.SampledFlow;
import org.gotm.core.source.PacketSource;
import org.gotm.ffm.Sources;
import org.gotm.ffm.linux.HugePages;
import org.gotm.ffm.linux.Libc;
import org.gotm.store.Recording;
import org.gotm.store.flows.FlowSpool;
import org.gotm.store.metrics.MeteredOutput;
import org.gotm.store.retain.Retainer;

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
  private static final int BACKGROUND_NICE = 5;

  /** For flows that wait to be filtered at the end: a file's come all at once. */
  private static final Duration PATIENCE_WITH_FILES = Duration.ofSeconds(5);

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final long CLOSE_NANOS = 2_000_000_000;
  private static final long CLOSE_LOOK_NANOS = 5_000_000;

  private final Settings settings;
  private final Consumer<String> log;
  private final HugePages memory = new HugePages();
  private final List<CaptureThread> captures = new ArrayList<>();
  private final FlowTables tables;
  private final FileSources fileSources;
  private final Classes classes;
  private final UserChange user;
  private final Shunts shunts;
  private final FlowRecording flowRecording;
  private ChunkPool pool;
  private List<PacketSource> sources = List.of();
  private Recording recording;
  private boolean started;

  /** A way with nothing opened yet. */
  Pipeline(Settings settings, Consumer<String> log) {
    this.settings = settings;
    this.log = log;
    this.tables = new FlowTables(settings);
    this.fileSources = new FileSources(settings.source().filter());
    this.classes = new Classes(settings.flows(), log);
    this.user = new UserChange(settings, log);
    this.shunts = new Shunts(settings.shunt().dumbno(), settings.shunt().command(), log);
    this.flowRecording = new FlowRecording(settings, log);
  }

  /**
   * Takes the memory, then opens the sources and gives up root's rights, then opens the recording,
   * which repairs what a crash left: packets come as soon as a source is open, and no file is
   * touched if none can be had.
   */
  void open() {
    if (settings.isOffline()) {
      FileSources.check(settings.source().files());
      takeMemory();
      user.make();
      recording = openRecording();
      sayFolder();
      useClasses();
      flowRecording.open(classes, this::yieldPriority);
      addFiles();
    } else {
      takeMemory();
      memory.touch();
      sources =
          LiveSources.open(
              settings.source(), settings.flows().kernelCutOptions(tables.capacity()), log);
      user.make();
      useClasses();
      recording = openRecording();
      flowRecording.open(classes, this::yieldPriority);
      sources.forEach(source -> recording.describe(FileContents.described(source, settings)));
      sayFolder();
      sayMemory();
      settings.source().interfaces().forEach(this::sayStart);
      addInterfaces();
    }
  }

  private void takeMemory() {
    pool =
        new ChunkPool(
            CHUNKS + CHUNKS_A_WORKER * tables.workers(),
            CHUNK_LENGTH,
            memory.asNeeded(TOUCHED_CHUNKS * CHUNK_LENGTH));
    tables.make(shunts, flowRecording, memory);
  }

  private void useClasses() {
    classes.use(tables.cutters(), sources);
  }

  private void sayFolder() {
    Settings.Output output = settings.output();
    log.accept(
        "Writing to "
            + (output.toStandardOutput()
                ? "standard output"
                : output.folder().toAbsolutePath().normalize()));
    recording.retainer().map(Retainer::promise).ifPresent(log);
  }

  private void sayMemory() {
    int workers = tables.workers();
    long ring = settings.source().bufferBytes().orElse(Sources.ringBytes(workers));
    log.accept(
        "Memory: %d MiB of chunks, and for each of %d workers a ring of %d MiB and a table of %d flows"
            .formatted(
                (long) pool.size() * CHUNK_LENGTH >> 20, workers, ring >> 20, tables.capacity()));
  }

  private void sayStart(String name) {
    long workers = sources.stream().filter(source -> source.name().equals(name)).count();
    log.accept("Starting capture on %s with %d workers".formatted(name, workers));
  }

  private Recording openRecording() {
    return new RecordingSetup(settings, pool, log, this::yieldPriority).open(sources.size());
  }

  /**
   * What the calling thread does from now on, and the threads that it starts, may wait, and takes
   * no rights.
   */
  void yieldPriority() {
    user.giveUpTheRest();
    try (Arena arena = Arena.ofConfined()) {
      new Libc(arena).setThreadNice(BACKGROUND_NICE);
    }
  }

  private void addInterfaces() {
    Map<String, Integer> workers = new HashMap<>();
    for (PacketSource source : sources) {
      int worker = workers.merge(source.name(), 1, Integer::sum) - 1;
      int number = captures.size();
      FlowTables.OfWorker table = tables.of(number);
      Ledger ledger = new Ledger();
      CaptureWorker captureWorker =
          new CaptureWorker(
              source,
              table.cutter(),
              recording.sink(number, FileContents.described(source, settings), worker, ledger),
              ledger,
              System::nanoTime);
      List<Integer> cpus = settings.source().cpus();
      int cpu = cpus.isEmpty() ? -1 : cpus.get(number % cpus.size());
      captures.add(
          new InterfaceThread(worker, source, captureWorker, table.cutter(), table.watch(), cpu));
    }
  }

  private void addFiles() {
    FlowTables.OfWorker table = tables.of(0);
    Ledger ledger = new Ledger();
    Map<Integer, PacketSink> sinks = new HashMap<>();
    FileThread.FileWorkers workers =
        source ->
            new CaptureWorker(
                source,
                table.cutter(),
                sinks.computeIfAbsent(
                    source.linkType(),
                    linkType ->
                        recording.sink(0, FileContents.described(linkType, settings), 0, ledger)),
                ledger,
                System::nanoTime);
    captures.add(
        new FileThread(
            settings.source().name(),
            settings.source().files(),
            fileSources,
            workers,
            table.cutter(),
            ledger,
            table.watch(),
            log));
  }

  /**
   * Starts the captures.
   *
   * @param atEnd run by the thread of each capture when it has ended
   */
  void start(Runnable atEnd) {
    started = true;
    for (CaptureThread capture : captures) {
      if (!settings.isOffline()) {
        log.accept(
            "Starting worker %d on interface %s"
                .formatted(capture.worker(), capture.interfaceName()));
      }
      capture.start(atEnd);
    }
  }

  void stop() {
    captures.forEach(CaptureThread::stop);
  }

  boolean hasEnded() {
    return captures.stream().allMatch(CaptureThread::hasEnded);
  }

  /** Writes what is left and finishes the file; all captures have ended. */
  void finish() {
    recording.finish();
    flowRecording.finish();
  }

  /** Gives large flows that still wait to be filtered a moment. */
  void endShunts() throws InterruptedException {
    shunts.close(settings.isOffline() ? PATIENCE_WITH_FILES : PATIENCE);
  }

  List<CaptureThread> captures() {
    return captures;
  }

  Recording recording() {
    return recording;
  }

  /** The classes of traffic of this run. */
  Classes classes() {
    return classes;
  }

  long bytesRead() {
    return fileSources.bytesRead();
  }

  /** True when a thread has failed: only a new process records all again. */
  boolean hasFailed() {
    return recording.hasFailed()
        || !settings.isOffline()
            && captures.stream().anyMatch(capture -> capture.exitCode() != ExitCodes.OK);
  }

  /** True while packets are polled and what is kept goes to disk. */
  boolean moves() {
    return recording.standstill() == null
        && captures.stream().noneMatch(CaptureThread::standsStill);
  }

  /** What is wrong now, for {@code /healthz}. Any thread. */
  List<String> errors() {
    List<String> errors = new ArrayList<>();
    for (CaptureThread capture : captures) {
      String error = capture.error();
      if (error != null) {
        errors.add(
            "interface %s worker %d: %s"
                .formatted(capture.interfaceName(), capture.worker(), error));
      }
    }
    String error = recording.error();
    if (error != null) {
      errors.add("output: " + error);
    }
    if (flowRecording.error() != null) {
      errors.add(flowRecording.error());
    }
    recording.retainer().map(Retainer::error).ifPresent(text -> errors.add("retention: " + text));
    return errors;
  }

  /** The flows with the most bytes of those that send now, of all workers. Any thread. */
  List<SampledFlow> largestFlows() {
    return tables.largest();
  }

  /** Who writes records of flows; null if nobody does. */
  FlowSpool flowSpool() {
    return flowRecording.spool();
  }

  /** How many large flows were to be filtered, by what became of it. */
  FilterCounts filterCounts() {
    return shunts.counts();
  }

  /** What the metrics tell of output and chunks. */
  MeteredOutput meteredOutput() {
    return MeteredOutput.of(recording);
  }

  /**
   * Frees everything. Threads that still capture, because something failed, are stopped before;
   * what they would not give up in time is left to the end of the process.
   */
  @Override
  public void close() {
    boolean ended = !started || awaitEnd();
    flowRecording.close();
    if (recording != null) {
      recording.abandon();
      recording.close();
    }
    if (ended) {
      sources.forEach(PacketSource::close);
      classes.close();
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
