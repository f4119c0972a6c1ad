package org.gotm.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.gotm.core.capture.Ledger;
import org.gotm.core.capture.PacketSink;
import org.gotm.core.capture.PacketSinks;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkAppender;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.chunk.ChunkSink;
import org.gotm.core.failure.Reason;
import org.gotm.core.pcapfile.InterfaceDescription;
import org.gotm.core.source.PacketSource;
import org.gotm.store.api.Compression;
import org.gotm.store.api.FinishedFile;
import org.gotm.store.api.RecordingException;
import org.gotm.store.compress.CompressorPool;
import org.gotm.store.file.Doorbell;
import org.gotm.store.file.FileCounters;
import org.gotm.store.file.FileNames;
import org.gotm.store.file.InterfaceTable;
import org.gotm.store.file.SeriesLock;
import org.gotm.store.index.LiveIndex;
import org.gotm.store.retain.Retainer;
import org.gotm.store.retain.Retention;

/**
 * The front door of the store: packets go in, and rotating, compressed capture files that survive a
 * crash come out, in one folder, in a series for each link type, or for each worker; files of a
 * format that tells interfaces apart hold all link types.
 *
 * <pre>{@code
 * try (Recording recording =
 *         Recording.into(Path.of("pcaps")).compression(Compression.zstd()).open();
 *     RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
 *   packets.add(frame, timestampNanos);
 * }
 * }</pre>
 *
 * <p>Life cycle: {@link RecordingBuilder#open}, {@link #sink} for each worker or {@link #packets},
 * then {@link #finish} when all workers have ended; {@link #abandon} instead, or while {@code
 * finish} waits, to be quick; {@link #close} in any case, which finishes if neither was called.
 *
 * <p>Thread rule: any thread calls any method. {@link #accept} never waits.
 */
public final class Recording implements PacketSinks, ChunkSink, AutoCloseable {
  private static final long ABANDON_MILLIS = 2000;
  private static final Duration SHOW_AT_MOST = Duration.ofSeconds(2);

  /** Numbers that no capture's worker has. */
  private static final int FIRST_PACKET_WRITER = 1000;

  private final RecordingOptions options;
  private final ChunkPool pool;
  private final Arena memory;
  private final FileCounters counters = new FileCounters();
  private final InterfaceTable interfaces = new InterfaceTable();
  private final LongAdder compressorNanos = new LongAdder();
  private final Destination destination;
  private final Retainer retainer;
  private final LiveIndex index;
  private final CompressorPool compressors;
  private final Doorbell doorbell;
  private final List<ChunkAppender> appenders = new CopyOnWriteArrayList<>();
  private final Routes routes;
  private final AtomicInteger packetWriters = new AtomicInteger(FIRST_PACKET_WRITER);
  private boolean closed;

  /**
   * A recording.
   *
   * @param memory of the pool, freed at the end, or null if the pool is another's
   * @param lock of the folder, or null for a stream
   */
  Recording(RecordingOptions options, ChunkPool pool, Arena memory, SeriesLock lock)
      throws IOException {
    this.options = options;
    this.pool = pool;
    this.memory = memory;
    retainer = options.retention().isPresent() ? newRetainer(options.retention().get()) : null;
    index =
        options.index()
            ? new LiveIndex(options.log(), options.yieldPriority(), options.byPacketTime())
            : null;
    destination =
        options.stream().isPresent()
            ? new StreamDestination(options.stream().get(), options)
            : new FolderDestination(options, lock, interfaces, index, this::tell);
    compressors = newCompressors();
    long startNanos = options.epochNanos().getAsLong();
    routes =
        new Routes(
            new Series.Shared(
                options, pool, destination, compressors, counters, interfaces, startNanos));
    doorbell = options.doorbell() ? openDoorbell() : null;
    retainer().ifPresent(Retainer::start);
  }

  private Doorbell openDoorbell() {
    Path socket = FileNames.doorbell(options.folder(), FileNames.base(options.name()));
    try {
      return new Doorbell(socket, () -> show(SHOW_AT_MOST));
    } catch (IOException e) {
      options
          .log()
          .accept("queries will not see what is in memory: %s: %s".formatted(socket, Reason.of(e)));
      return null;
    }
  }

  private Retainer newRetainer(Retention retention) {
    return new Retainer(
        new Retainer.Parts(
            options.folder(),
            options.zone(),
            retention,
            counters.bytesWritten::sum,
            options.epochNanos(),
            System::nanoTime,
            options.log(),
            options.yieldPriority()));
  }

  private CompressorPool newCompressors() {
    return options.compression() instanceof Compression.None && index == null
        ? null
        : new CompressorPool(
            options.compression(),
            options.compressorThreads(),
            () -> index == null ? null : index.collector(),
            compressorNanos,
            options.yieldPriority(),
            options.log());
  }

  /** The file is finished, whatever becomes of who wants to know of it. */
  private void tell(FinishedFile file) {
    retainer().ifPresent(told -> told.onFinished(file));
    try {
      options.finished().accept(file);
    } catch (Throwable e) {
      options
          .log()
          .accept("%s is finished, but who was told of it failed: %s".formatted(file.path(), e));
    }
  }

  /**
   * Begins with the folder, which is made if it is missing; what is not said otherwise has a
   * default.
   */
  public static RecordingBuilder into(Path folder) {
    return new RecordingBuilder(folder);
  }

  /**
   * Begins with a stream instead of a folder, such as standard output, where all goes as one file.
   *
   * @param channel one whose closing ends a write that is under way, as a FileChannel's does;
   *     closed with the recording
   */
  public static RecordingBuilder to(WritableByteChannel channel) {
    return new RecordingBuilder(Path.of("-")).stream(channel);
  }

  @Override
  public PacketSink sinkFor(int worker, PacketSource source, Ledger ledger) {
    return sink(worker, new InterfaceDescription(source.name(), source.linkType()), worker, ledger);
  }

  /**
   * A sink for a worker's packets. Makes the current file of its series, so that it is there even
   * if no packet comes, and lets the merge know whom to wait for; a recording by packet time makes
   * files when packets come.
   *
   * @param worker its number; no two workers have the same
   * @param linkType the LINKTYPE_ value of its packets
   * @param ledger its account
   * @throws RecordingException if the file cannot be made, with the line to show to the user
   * @throws IllegalStateException after {@link #close}
   */
  public PacketSink sink(int worker, int linkType, Ledger ledger) {
    return sink(worker, new InterfaceDescription(options.name(), linkType), worker, ledger);
  }

  /**
   * A sink for a worker's packets, on an interface that files tell of if their format can.
   *
   * @param worker its number; no two workers have the same
   * @param in the interface of its packets
   * @param queue its number among the workers on that interface
   * @param ledger its account
   * @throws RecordingException if the file cannot be made, with the line to show to the user
   * @throws IllegalStateException after {@link #close}
   */
  public PacketSink sink(int worker, InterfaceDescription in, int queue, Ledger ledger) {
    checkOpen();
    int number = describe(in);
    int linkType = in.linkType();
    interfaces.add(ledger, number, queue);
    if (!options.byPacketTime() || destination.isSingle()) {
      expect(worker, linkType, ledger);
    }
    boolean spans = options.byPacketTime() && !destination.isSingle();
    long span = spans ? options.rotationNanos() : 0;
    ChunkAppender appender =
        new ChunkAppender(
            new ChunkAppender.Options(
                worker,
                linkType,
                options.format().writer(in, number, queue),
                options.stageNanos(),
                span > ChunkAppender.MAX_FILE_SPAN_NANOS ? 0 : span,
                spans ? options.aligned().map(times -> times) : Optional.empty(),
                options.byPacketTime()),
            pool,
            this,
            ledger);
    appenders.add(appender);
    return appender;
  }

  /**
   * Tells of an interface before the first {@link #sink}, so that the head of each file describes
   * it; one that is known already stays as it is.
   *
   * @return its number in the files
   */
  public int describe(InterfaceDescription in) {
    return interfaces.number(in);
  }

  private synchronized void checkOpen() {
    if (closed) {
      throw new IllegalStateException("write=%s: is closed".formatted(options.folder()));
    }
  }

  /**
   * A way in for packets that come from no capture; to be closed before the recording.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public RecordedPackets packets(int linkType) {
    return new RecordedPackets(this, packetWriters.getAndIncrement(), linkType);
  }

  /** Makes the series of a worker, unless it is there, and lets its merge wait for the worker. */
  void expect(int worker, int linkType, Ledger ledger) {
    try {
      routes.expect(worker, linkType, ledger);
    } catch (IOException e) {
      throw unusable(options.folder(), e);
    }
  }

  static RecordingException unusable(Path folder, IOException e) {
    return new RecordingException(
        "write=%s: cannot be written to: %s; choose another folder with -write or mend this one"
            .formatted(folder, Reason.of(e)),
        e);
  }

  @Override
  public void accept(Chunk chunk) {
    routes.accept(chunk);
  }

  /** Asks for new files now. */
  public void rotate() {
    routes.series().forEach(Series::rotate);
  }

  /**
   * Brings all packets that have arrived by now to where other processes see them: out of the rings
   * and chunks of the workers, through the compressors, into the files.
   *
   * @param atMost how long to wait for it
   * @return false if it takes longer
   */
  public boolean show(Duration atMost) throws InterruptedException {
    Showing showing = new Showing(options.epochNanos().getAsLong(), atMost);
    boolean isShown = showing.show(appenders, routes::series);
    return index == null ? isShown : index.checkpoint(showing.millisLeft()) && isShown;
  }

  /**
   * Asks for an end soon: where a stream is written to, somebody who reads nothing for some seconds
   * is waited for no longer, and what is left is lost.
   */
  public void hurry() {
    destination.hurry();
  }

  /**
   * Writes all that was accepted and gives the files their finished names. To be called once all
   * workers have ended; returns when it is done, or when another thread calls {@link #abandon}.
   */
  public void finish() {
    routes.end();
    routes.series().forEach(Series::finish);
    try {
      for (Series series : routes.series()) {
        series.join(0);
      }
      destination.finish();
      if (index != null) {
        index.finish();
      }
      stopRetainer();
    } catch (InterruptedException e) {
      abandon();
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Closes the files as they are, after at most about two seconds. Files without a packet go away,
   * others stay for the next start to mend. What was not written is counted as lost, and so is what
   * the disk was not made to keep in that time.
   */
  public void abandon() {
    routes.end();
    if (compressors != null) {
      compressors.cancel();
    }
    destination.stop();
    if (index != null) {
      index.close();
    }
    routes.series().forEach(Series::abandon);
    try {
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ABANDON_MILLIS);
      for (Series series : routes.series()) {
        series.join(millisTo(deadline));
      }
      destination.abandon(millisTo(deadline));
      stopRetainer();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    routes.series().forEach(Series::loseUnsynced);
  }

  private void stopRetainer() throws InterruptedException {
    if (retainer != null) {
      retainer.stop();
    }
  }

  private static long millisTo(long deadline) {
    return Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
  }

  /** Finishes if neither {@link #finish} nor {@link #abandon} was called, and frees everything. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    if (!routes.hasEnded()) {
      finish();
    }
    abandon();
    if (doorbell != null) {
      doorbell.close();
    }
    if (compressors != null) {
      compressors.close();
    }
    destination.close();
    free();
  }

  private void free() {
    if (destination.hasEnded()) {
      routes.series().forEach(Series::free);
      if (memory != null && pool.inUse() == 0) {
        memory.close();
      }
    }
  }

  /** Who deletes the oldest files and watches the disk, if {@code retention} was said. */
  public Optional<Retainer> retainer() {
    return Optional.ofNullable(retainer);
  }

  /** Files finished because a new one was due. */
  public long rotations() {
    return counters.rotations.sum();
  }

  /** Times that opening, writing, syncing or moving a file failed. */
  public long writeErrors() {
    return counters.writeErrors.sum();
  }

  /** Bytes that reached files, compressed if the files are. */
  public long bytesWritten() {
    return counters.bytesWritten.sum();
  }

  /** Time that compressor threads have spent compressing. */
  public long compressorNanos() {
    return compressorNanos.sum();
  }

  /** What became of the index of files, if {@code index} was said. */
  public Optional<LiveIndex> index() {
    return Optional.ofNullable(index);
  }

  /** Chunks there are for packets on their way to files. */
  public int chunks() {
    return pool.size();
  }

  /** Chunks that are being filled or wait to be written. */
  public int chunksInUse() {
    return pool.inUse();
  }

  /** Chunks that wait for an output thread. */
  public int queueDepth() {
    return routes.series().stream().mapToInt(Series::queueDepth).sum();
  }

  /**
   * What keeps packets from being written now, in one line, or null if nothing does. It is in the
   * log as well, but for a {@link #standstill}.
   */
  public String error() {
    for (Series series : routes.series()) {
      String error = series.error();
      if (error != null) {
        return error;
      }
    }
    return standstill();
  }

  /**
   * That the disk has not answered for some seconds, in one line, or null if it does: packets wait
   * in memory, and are lost when it is full. No thread of the recording can tell, as those that
   * write stand still; whoever asks should say it in the log.
   */
  public String standstill() {
    long now = System.nanoTime();
    boolean stands =
        destination.standsStill(now)
            || routes.series().stream().anyMatch(each -> each.standsStill(now));
    return stands ? "write=%s: %s".formatted(options.folder(), destination.standstill()) : null;
  }

  /**
   * True when a thread of it has failed: packets are lost from then on, and only a new one helps.
   */
  public boolean hasFailed() {
    return routes.series().stream().anyMatch(Series::hasFailed)
        || compressors != null && compressors.hasFailed();
  }
}
