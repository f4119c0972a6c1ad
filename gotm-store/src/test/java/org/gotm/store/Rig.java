package org.gotm.store;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.store.api.Compression;
import org.gotm.store.api.FinishedFile;
import org.gotm.store.retain.Retention;

/** An output with workers and a clock that a test sets. */
final class Rig implements AutoCloseable {
  /** 2017-08-29 17:45:58 UTC, in seconds and in nanoseconds. */
  static final long START_SECONDS = 1_504_028_758;

  static final long SECOND = 1_000_000_000;
  static final long START = START_SECONDS * SECOND;

  final LogLines log = new LogLines();
  final AtomicLong clock = new AtomicLong(START);
  final ChunkPool pool;
  final Path folder;
  final List<FinishedFile> finished = new CopyOnWriteArrayList<>();
  Recording recording;
  Runnable yieldPriority = () -> {};
  Consumer<FinishedFile> listener = finished::add;
  Retention retention;
  private final Arena arena = Arena.ofShared();
  private Compression compression = new Compression.None();
  private long rotationNanos;
  private long rotationBytes;
  private TimestampPrecision precision = TimestampPrecision.NANO;
  private String baseName = "en0";
  private ZoneId zone = ZoneOffset.UTC;
  private boolean byPacketTime;
  private boolean perWorker;
  private boolean index;
  private long flushNanos = 100_000_000;

  Rig(Path folder) {
    this(folder, 16);
  }

  Rig(Path folder, int chunks) {
    this.folder = folder;
    pool = new ChunkPool(chunks, Chunk.MIN_CAPACITY, arena);
  }

  /** Gzip or zstd at their fastest, or none: how tests with a table of values name them. */
  static Compression compressionNamed(String name) {
    return switch (name) {
      case "gzip" -> new Compression.Gzip(1);
      case "zstd" -> new Compression.Zstd(1);
      default -> new Compression.None();
    };
  }

  Rig compression(Compression newCompression) {
    compression = newCompression;
    return this;
  }

  Rig rotation(long intervalNanos, long sizeBytes) {
    rotationNanos = intervalNanos;
    rotationBytes = sizeBytes;
    return this;
  }

  Rig precision(TimestampPrecision newPrecision) {
    precision = newPrecision;
    return this;
  }

  Rig baseName(String newBaseName) {
    baseName = newBaseName;
    return this;
  }

  Rig zone(ZoneId newZone) {
    zone = newZone;
    return this;
  }

  Rig byPacketTime() {
    byPacketTime = true;
    return this;
  }

  Rig perWorker() {
    perWorker = true;
    return this;
  }

  Rig index() {
    index = true;
    return this;
  }

  Rig flushNanos(long newFlushNanos) {
    flushNanos = newFlushNanos;
    return this;
  }

  /** Opens the recording without telling it of a worker. */
  Rig open() {
    RecordingBuilder builder =
        Recording.into(folder)
            .name(baseName)
            .zone(zone)
            .rotation(Duration.ofNanos(rotationNanos))
            .rotationBytes(rotationBytes)
            .format(RecordFormat.pcap(precision, PcapHeaderLayout.MAX_SNAPLEN))
            .compression(compression)
            .compressorThreads(2)
            .flush(Duration.ofNanos(flushNanos))
            .perWorker(perWorker)
            .index(index)
            .pool(pool)
            .log(log)
            .clock(clock::get)
            .onFinished(listener)
            .yieldPriority(yieldPriority)
            .retention(retention);
    recording = byPacketTime ? builder.byPacketTime().open() : builder.open();
    return this;
  }

  /** A worker that the output was told of. */
  TestWorker expectedWorker(int number) {
    return expectedWorker(number, LinkType.ETHERNET);
  }

  TestWorker expectedWorker(int number, int linkType) {
    TestWorker worker = worker(number, linkType, 0);
    recording.expect(number, linkType, worker.ledger);
    return worker;
  }

  /** A worker that the output learns of by its first chunk. */
  TestWorker worker(int number) {
    return worker(number, LinkType.ETHERNET, 0);
  }

  TestWorker worker(int number, int linkType, long fileSpanNanos) {
    return new TestWorker(number, pool, recording, linkType, fileSpanNanos, true, precision);
  }

  /** A path in the folder. */
  Path path(String name) {
    return folder.resolve(name);
  }

  @Override
  public void close() {
    if (recording != null) {
      recording.abandon();
      recording.close();
    }
    arena.close();
  }
}
