package org.gotm.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SegmentAllocator;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.store.api.Compression;
import org.gotm.store.api.FinishedFile;
import org.gotm.store.api.RecordingException;
import org.gotm.store.file.AlignedTimes;
import org.gotm.store.file.FileNames;
import org.gotm.store.file.InterfaceTable;
import org.gotm.store.file.LedgerText;
import org.gotm.store.file.SeriesLock;
import org.gotm.store.retain.Retention;

/** What a {@link Recording} is to do; {@link #open} makes it. One thread. */
public final class RecordingBuilder {
  private static final int CHUNKS = 32;
  private static final int CHUNK_LENGTH = 1 << 20;

  private final Path folder;
  private String name = "capture";
  private ZoneId zone = ZoneId.systemDefault();
  private WritableByteChannel stream;
  private boolean aligned;
  private boolean byPacketTime;
  private Duration rotation = Duration.ofSeconds(300);
  private long rotationBytes;
  private RecordFormat format = RecordFormat.pcap();
  private Compression compression = new Compression.None();
  private int compressorThreads = 1;
  private Duration flush = Duration.ofSeconds(1);
  private boolean perWorker;
  private boolean skipEmpty;
  private boolean index;
  private boolean doorbell;
  private ChunkPool pool;
  private Consumer<String> log = line -> {};
  private LongSupplier epochNanos = () -> TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
  private Consumer<FinishedFile> finished = file -> {};
  private Function<InterfaceTable, LedgerText> ledgerText;
  private Runnable yieldPriority = () -> {};
  private Retention retention;

  RecordingBuilder(Path folder) {
    this.folder = Objects.requireNonNull(folder, "folder");
  }

  /** What the names of current files begin with, such as the interfaces; "capture" if not said. */
  public RecordingBuilder name(String newName) {
    name = newName;
    return this;
  }

  /** The time zone of the names of finished files; the system's if not said. */
  public RecordingBuilder zone(ZoneId newZone) {
    zone = newZone;
    return this;
  }

  /**
   * For recorded traffic: files rotate by the packets' time and are named by their last packet, and
   * a worker waits for a disk that is slow instead of losing packets, and for the index.
   */
  public RecordingBuilder byPacketTime() {
    byPacketTime = true;
    return this;
  }

  /** Age at which a file is finished; zero for never, 5 minutes if not said. */
  public RecordingBuilder rotation(Duration newRotation) {
    rotation = newRotation;
    return this;
  }

  /** Goes to a stream, not to a folder. */
  RecordingBuilder stream(WritableByteChannel newStream) {
    stream = newStream;
    return this;
  }

  /**
   * Finishes files at multiples of their {@link #rotation} age since midnight in the {@link #zone}
   * of their names, instead of counting from the start; with an age from above 0 to 24 h.
   */
  public RecordingBuilder aligned(boolean newAligned) {
    aligned = newAligned;
    return this;
  }

  /** Bytes on disk that a file does not exceed; 0 for no limit, as if not said. */
  public RecordingBuilder rotationBytes(long newRotationBytes) {
    rotationBytes = newRotationBytes;
    return this;
  }

  /** How records look; pcap with nanoseconds and whole packets if not said. */
  public RecordingBuilder format(RecordFormat newFormat) {
    format = newFormat;
    return this;
  }

  /** How files are compressed; not at all if not said. */
  public RecordingBuilder compression(Compression newCompression) {
    compression = newCompression;
    return this;
  }

  /** How many threads compress, from 1 up; 1 if not said. */
  public RecordingBuilder compressorThreads(int newCompressorThreads) {
    compressorThreads = newCompressorThreads;
    return this;
  }

  /**
   * How long a packet may wait in memory when few come; also bounds how long the merge of several
   * workers waits for one of them. A second if not said.
   */
  public RecordingBuilder flush(Duration newFlush) {
    flush = newFlush;
    return this;
  }

  /** A series of files for each worker, instead of one that all are merged into. */
  public RecordingBuilder perWorker(boolean newPerWorker) {
    perWorker = newPerWorker;
    return this;
  }

  /** True to remove a finished file without a packet, instead of giving it its name. */
  public RecordingBuilder skipEmpty(boolean newSkipEmpty) {
    skipEmpty = newSkipEmpty;
    return this;
  }

  /**
   * Makes an index of each file, a sidecar beside it, by which its packets are found again quickly;
   * takes processor time of the compressor threads, and memory. None if not said.
   */
  public RecordingBuilder index(boolean newIndex) {
    index = newIndex;
    return this;
  }

  /**
   * Lets other processes that may write to a socket in the folder ask for all that was captured to
   * be shown in the files, as {@code gotm query} does. Not if not said.
   */
  public RecordingBuilder doorbell(boolean newDoorbell) {
    doorbell = newDoorbell;
    return this;
  }

  /** The chunks to use, whose memory outlives the recording; 32 of 1 MiB if not said. */
  public RecordingBuilder pool(ChunkPool newPool) {
    pool = newPool;
    return this;
  }

  /** Takes one line at a time, from any thread, and must not wait; nobody if not said. */
  public RecordingBuilder log(Consumer<String> newLog) {
    log = newLog;
    return this;
  }

  /** The clock that names files and tells when to rotate, nanoseconds since 1970. */
  public RecordingBuilder clock(LongSupplier newEpochNanos) {
    epochNanos = newEpochNanos;
    return this;
  }

  /** Hears of each finished file, on a thread of the recording; nobody if not said. */
  public RecordingBuilder onFinished(Consumer<FinishedFile> newFinished) {
    finished = newFinished;
    return this;
  }

  /**
   * Writes the account of each finished file beside it, as JSON, under its name and {@code .json}:
   * what of the packets of its time was received, dropped, cut, kept, written and lost, in all and
   * by worker.
   *
   * @param application the program that records, with its version
   * @param options what it was told, by name
   */
  public RecordingBuilder fileLedgers(String application, Map<String, String> options) {
    Map<String, String> copy = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    ledgerText = table -> new LedgerText(application, copy, table);
    return this;
  }

  /** Run by each background thread first, to lower its priority; nothing if not said. */
  public RecordingBuilder yieldPriority(Runnable newYieldPriority) {
    yieldPriority = newYieldPriority;
    return this;
  }

  /**
   * When the oldest files are deleted, and that the disk is watched at all: {@link
   * Recording#retainer} tells of it. Neither if not said.
   */
  public RecordingBuilder retention(Retention newRetention) {
    retention = newRetention;
    return this;
  }

  /**
   * Makes the folder ready: takes the name there for this process alone and begins, in the
   * background, to mend what a crashed run has left there.
   *
   * @throws IllegalArgumentException if an option is out of its range
   * @throws RecordingException if the folder cannot be used, with the line to show to the user
   */
  public Recording open() {
    RecordingOptions options = options();
    SeriesLock lock = stream == null ? SeriesLock.take(folder, FileNames.base(name), log) : null;
    Arena memory = pool == null ? Arena.ofShared() : null;
    try {
      ChunkPool chunks = pool == null ? newPool(memory) : pool;
      return new Recording(options, chunks, memory, lock);
    } catch (IOException e) {
      release(lock, memory);
      throw Recording.unusable(folder, e);
    } catch (RuntimeException | Error e) {
      release(lock, memory);
      throw e;
    }
  }

  private static void release(SeriesLock lock, Arena memory) {
    if (lock != null) {
      lock.close();
    }
    if (memory != null) {
      memory.close();
    }
  }

  private static ChunkPool newPool(SegmentAllocator memory) {
    return new ChunkPool(CHUNKS, CHUNK_LENGTH, memory);
  }

  private RecordingOptions options() {
    if (compressorThreads < 1 || rotationBytes < 0) {
      throw new IllegalArgumentException(
          "compressorThreads=%d rotationBytes=%d: too small"
              .formatted(compressorThreads, rotationBytes));
    }
    if (rotation.isNegative() || flush.isNegative()) {
      throw new IllegalArgumentException(
          "rotation=%s flush=%s: negative".formatted(rotation, flush));
    }
    return new RecordingOptions(
        folder,
        Optional.ofNullable(stream),
        name,
        zone,
        byPacketTime,
        stream == null ? nanos(rotation) : 0,
        rotationBytes,
        aligned ? Optional.of(new AlignedTimes(zone, nanos(rotation))) : Optional.empty(),
        format,
        compression,
        compressorThreads,
        nanos(flush),
        perWorker,
        skipEmpty,
        index && stream == null,
        doorbell && stream == null,
        log,
        epochNanos,
        finished,
        Optional.ofNullable(ledgerText),
        yieldPriority,
        Optional.ofNullable(retention));
  }

  /** A time that is too long for a long is for ever all the same. */
  private static long nanos(Duration duration) {
    return duration.compareTo(Duration.ofNanos(Long.MAX_VALUE)) > 0
        ? Long.MAX_VALUE
        : duration.toNanos();
  }
}
