package org.gotm.store;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.TimestampPrecision;

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
  Output output;
  private final Arena arena = Arena.ofShared();
  private Compression compression = new Compression.None();
  private OutputOptions.Rotation rotation = new OutputOptions.Rotation(0, 0);
  private TimestampPrecision precision = TimestampPrecision.NANO;
  private String baseName = "en0";
  private ZoneId zone = ZoneOffset.UTC;
  private boolean byPacketTime;
  private boolean perWorker;
  private long flushNanos = 100_000_000;

  Rig(Path folder) {
    this(folder, 16);
  }

  Rig(Path folder, int chunks) {
    this.folder = folder;
    pool = new ChunkPool(chunks, Chunk.MIN_CAPACITY, arena);
  }

  Rig compression(Compression newCompression) {
    compression = newCompression;
    return this;
  }

  Rig rotation(long intervalNanos, long sizeBytes) {
    rotation = new OutputOptions.Rotation(intervalNanos, sizeBytes);
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

  Rig flushNanos(long newFlushNanos) {
    flushNanos = newFlushNanos;
    return this;
  }

  /** Opens the output without telling it of a worker. */
  Rig open() {
    var options =
        new OutputOptions(
            new OutputOptions.Naming(folder, baseName, zone, byPacketTime),
            rotation,
            new OutputOptions.Format(precision, PcapHeaderLayout.MAX_SNAPLEN),
            compression,
            2,
            flushNanos,
            perWorker);
    output = Output.open(options, pool, log, clock::get, () -> {});
    return this;
  }

  /** A worker that the output was told of. */
  TestWorker expectedWorker(int number) {
    return expectedWorker(number, LinkType.ETHERNET);
  }

  TestWorker expectedWorker(int number, int linkType) {
    TestWorker worker = worker(number, linkType, 0);
    output.expect(number, linkType, worker.ledger);
    return worker;
  }

  /** A worker that the output learns of by its first chunk. */
  TestWorker worker(int number) {
    return worker(number, LinkType.ETHERNET, 0);
  }

  TestWorker worker(int number, int linkType, long fileSpanNanos) {
    return new TestWorker(number, pool, output, linkType, fileSpanNanos, true, precision);
  }

  /** A path in the folder. */
  Path path(String name) {
    return folder.resolve(name);
  }

  @Override
  public void close() {
    if (output != null) {
      output.close();
    }
    arena.close();
  }
}
