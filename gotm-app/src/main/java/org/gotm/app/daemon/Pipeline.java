package org.gotm.app.daemon;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
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
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowRecordRing;
import org.gotm.core.flow.SampledFlow;
import org.gotm.core.source.PacketSource;
import org.gotm.ffm.Sources;
import org.gotm.ffm.linux.HugePages;
import org.gotm.ffm.linux.Libc;
import org.gotm.store.Recording;
import org.gotm.store.RecordingBuilder;
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
  private static final int DEFAULT_FLOWS = 1_000_000;
  private static final int LEAST_FLOWS = 50_000;
  private static final int BACKGROUND_NICE = 5;
  private static final int LARGEST_FLOWS = 10;

  /** For flows that wait to be filtered at the end: a file's come all at once. */
  private static final Duration PATIENCE_WITH_FILES = Duration.ofSeconds(5);

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final long CLOSE_NANOS = 2_000_000_000;
  private static final long CLOSE_LOOK_NANOS = 5_000_000;

  private final Settings settings;
  private final Consumer<String> log;
  private final HugePages memory = new HugePages();
  private final List<CaptureThread> captures = new ArrayList<>();
  private final List<WorkerFlows> flows = new ArrayList<>();
  private final FileSources fileSources;
  private final Classes classes;
  private final UserChange user;
  private final Shunts shunts;
  private final FlowRecording flowRecording;
  private ChunkPool pool;
  private List<PacketSource> sources = List.of();
  private Recording recording;
  private boolean started;

  /** A worker's flow table, and who hears of its flows. */
  private record WorkerFlows(FlowCutter cutter, FlowWatch watch) {}

  /** A way with nothing opened yet. */
  Pipeline(Settings settings, Consumer<String> log) {
    this.settings = settings;
    this.log = log;
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
      takeMemory(1);
      user.make();
      recording = openRecording();
      sayFolder();
      useClasses();
      flowRecording.open(classes, this::yieldPriority);
      addFiles();
    } else {
      takeMemory(settings.source().liveWorkers());
      memory.touch();
      sources =
          LiveSources.open(
              settings.source(), settings.flows().kernelCutOptions(flowsOfWorker()), log);
      user.make();
      useClasses();
      recording = openRecording();
      flowRecording.open(classes, this::yieldPriority);
      sources.forEach(source -> recording.describe(FileContents.described(source, settings)));
      sayFolder();
      sayMemory(settings.source().liveWorkers());
      settings.source().interfaces().forEach(this::sayStart);
      addInterfaces();
    }
  }

  private void takeMemory(int workers) {
    pool =
        new ChunkPool(
            CHUNKS + CHUNKS_A_WORKER * workers,
            CHUNK_LENGTH,
            memory.asNeeded(TOUCHED_CHUNKS * CHUNK_LENGTH));
    for (int worker = 0; worker < workers; worker++) {
      FlowWatch watch = new FlowWatch(nameOfWorker(worker), shunts);
      FlowRecordRing ring = flowRecording.newRing(worker, memory);
      FlowCutter cutter =
          new FlowCutter(settings.flows().cutterOptions(flowsOfWorker()), watch, ring, memory);
      flowRecording.add(ring, cutter);
      flows.add(new WorkerFlows(cutter, watch));
    }
  }

  /** The interface of a worker, by its number among all of them; or the files. */
  private String nameOfWorker(int number) {
    return settings.isOffline()
        ? settings.source().name()
        : settings.source().interfaces().get(number / settings.source().workers());
  }

  private void useClasses() {
    classes.use(flows.stream().map(WorkerFlows::cutter).toList(), sources);
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

  private void sayMemory(int workers) {
    long ring = settings.source().bufferBytes().orElse(Sources.ringBytes(workers));
    log.accept(
        "Memory: %d MiB of chunks, and for each of %d workers a ring of %d MiB and a table of %d flows"
            .formatted(
                (long) pool.size() * CHUNK_LENGTH >> 20, workers, ring >> 20, flowsOfWorker()));
  }

  private void sayStart(String name) {
    long workers = sources.stream().filter(source -> source.name().equals(name)).count();
    log.accept("Starting capture on %s with %d workers".formatted(name, workers));
  }

  private Recording openRecording() {
    Settings.Output output = settings.output();
    RecordingBuilder builder =
        (output.toStandardOutput()
                ? Recording.to(StandardOutput.open())
                : Recording.into(output.folder()))
            .name(settings.source().name())
            .zone(output.utc() ? ZoneOffset.UTC : ZoneId.systemDefault())
            .rotation(output.rotationInterval())
            .aligned(settings.files().aligned())
            .rotationBytes(output.rotationBytes().orElse(0L))
            .format(FileContents.format(settings))
            .compression(output.compression())
            .compressorThreads(compressorThreads())
            .flush(output.flushInterval())
            .perWorker(output.perWorker())
            .skipEmpty(output.skipEmpty())
            .index(settings.files().indexed())
            .doorbell(!settings.isOffline())
            .pool(pool)
            .log(log)
            .yieldPriority(this::yieldPriority);
    if (!output.toStandardOutput() && (!settings.isOffline() || !settings.retention().isOff())) {
      builder.retention(settings.retention());
    }
    if (settings.files().fileLedger()) {
      builder.fileLedgers(settings.files().application(), FileContents.options(settings));
    }
    return settings.isOffline() ? builder.byPacketTime().open() : builder.open();
  }

  /**
   * Never more busy threads than processors, but a reader of files mostly waits for compressors.
   */
  private int compressorThreads() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() - sources.size());
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
      FlowCutter cutter = flows.get(number).cutter();
      FlowWatch watch = flows.get(number).watch();
      Ledger ledger = new Ledger();
      CaptureWorker captureWorker =
          new CaptureWorker(
              source,
              cutter,
              recording.sink(number, FileContents.described(source, settings), worker, ledger),
              ledger,
              System::nanoTime);
      List<Integer> cpus = settings.source().cpus();
      int cpu = cpus.isEmpty() ? -1 : cpus.get(number % cpus.size());
      captures.add(new InterfaceThread(worker, source, captureWorker, cutter, watch, cpu));
    }
  }

  private void addFiles() {
    FlowCutter cutter = flows.getFirst().cutter();
    FlowWatch watch = flows.getFirst().watch();
    Ledger ledger = new Ledger();
    Map<Integer, PacketSink> sinks = new HashMap<>();
    FileThread.FileWorkers workers =
        source ->
            new CaptureWorker(
                source,
                cutter,
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
            cutter,
            ledger,
            watch,
            log));
  }

  /**
   * As many as asked for; else few workers could each have all, and many share them, and the
   * memory.
   */
  private int flowsOfWorker() {
    int workers = settings.isOffline() ? 1 : settings.source().liveWorkers();
    return settings
        .flows()
        .capacity()
        .orElse(Math.clamp(2 * DEFAULT_FLOWS / workers, LEAST_FLOWS, DEFAULT_FLOWS));
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
    return flows.stream()
        .flatMap(worker -> worker.cutter().largestFlows().stream())
        .sorted(Comparator.comparingLong(SampledFlow::bytes).reversed())
        .limit(LARGEST_FLOWS)
        .toList();
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
