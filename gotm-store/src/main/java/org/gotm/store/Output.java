package org.gotm.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.gotm.core.capture.Ledger;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.chunk.ChunkSink;

/**
 * Where all chunks go: files in one folder, in a series for each link type, or for each worker.
 *
 * <p>Life cycle: {@link #open}, {@link #expect} for each worker, capture, then {@link #finish} when
 * all workers have ended; {@link #abandon} instead, or while {@code finish} waits, to be quick;
 * {@link #close} in any case.
 *
 * <p>Thread rule: any thread calls any method. {@link #accept} never waits.
 */
public final class Output implements ChunkSink, AutoCloseable {
  private static final long ABANDON_MILLIS = 2000;
  private static final int ALL_WORKERS = -1;

  /** A series, and what the chunks have in common that go there. */
  private record Route(int linkType, int worker, FileSeries series) {}

  private final OutputParts parts;
  private final FolderLock lock;
  private final long startNanos;
  private volatile Route[] routes = {};

  private Output(OutputParts parts, FolderLock lock) {
    this.parts = parts;
    this.lock = lock;
    this.startNanos = parts.epochNanos().getAsLong();
  }

  /**
   * Makes the folder ready: takes it for this process alone and begins, in the background, to mend
   * what a crashed run has left there.
   *
   * @param pool where emptied chunks go back to
   * @param log takes one line at a time, from any thread
   * @param epochNanos the clock that names files and tells when to rotate, nanoseconds since 1970
   * @throws RecordingException if the folder cannot be used, with the line to show to the user
   */
  public static Output open(
      OutputOptions options,
      ChunkPool pool,
      Consumer<String> log,
      LongSupplier epochNanos,
      Runnable yieldPriority) {
    Path folder = options.naming().folder();
    FolderLock lock = FolderLock.take(folder);
    try {
      FileNames names = new FileNames(options.naming(), options.compression());
      OutputCounters counters = new OutputCounters();
      Leftovers leftovers = new Leftovers(names, log, yieldPriority);
      leftovers.takeOver();
      CompressorPool compressors =
          options.compression() instanceof Compression.None
              ? null
              : new CompressorPool(
                  options.compression(),
                  options.compressorThreads(),
                  counters.compressorNanos,
                  yieldPriority);
      return new Output(
          new OutputParts(options, pool, names, compressors, leftovers, counters, log, epochNanos),
          lock);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    } catch (IOException e) {
      lock.close();
      throw unusable(folder, e);
    }
  }

  private static RecordingException unusable(Path folder, IOException e) {
    return new RecordingException(
        "write=%s: cannot be written to: %s; choose another folder with -write or mend this one"
            .formatted(folder, Trouble.reason(e)),
        e);
  }

  /**
   * Tells of a worker that will send chunks. Makes the current file of its series, so that it is
   * there even if no packet comes, and lets the merge know whom to wait for.
   *
   * @param worker its number, as in {@link Chunk#worker}; no two workers have the same
   * @param linkType the LINKTYPE_ value of its packets
   * @param ledger its account, as in {@link Chunk#ledger}
   * @throws RecordingException if the file cannot be made, with the line to show to the user
   */
  public synchronized void expect(int worker, int linkType, Ledger ledger) {
    FileSeries series = find(linkType, worker);
    if (series == null) {
      series = newSeries(linkType, worker);
      try {
        series.open();
      } catch (IOException e) {
        throw unusable(parts.names().folder(), e);
      }
      add(linkType, worker, series);
    }
    series.expect(worker, ledger);
  }

  @Override
  public void accept(Chunk chunk) {
    FileSeries series = find(chunk.linkType(), chunk.worker());
    if (series == null) {
      series = findOrAdd(chunk.linkType(), chunk.worker());
    }
    series.accept(chunk);
  }

  private FileSeries find(int linkType, int worker) {
    for (Route route : routes) {
      if (route.linkType() == linkType
          && (route.worker() == ALL_WORKERS || route.worker() == worker)) {
        return route.series();
      }
    }
    return null;
  }

  private synchronized FileSeries findOrAdd(int linkType, int worker) {
    FileSeries series = find(linkType, worker);
    if (series == null) {
      series = newSeries(linkType, worker);
      add(linkType, worker, series);
    }
    return series;
  }

  private FileSeries newSeries(int linkType, int worker) {
    boolean perWorker = parts.options().perWorker();
    boolean first =
        Arrays.stream(routes).noneMatch(r -> r.worker() == ALL_WORKERS || r.worker() == worker);
    String name = (perWorker ? "_w" + worker : "") + (first ? "" : "_linktype" + linkType);
    return new FileSeries(parts, name, linkType, startNanos);
  }

  private void add(int linkType, int worker, FileSeries series) {
    Route[] more = Arrays.copyOf(routes, routes.length + 1);
    more[routes.length] =
        new Route(linkType, parts.options().perWorker() ? worker : ALL_WORKERS, series);
    series.start();
    routes = more;
  }

  /** Asks for new files now. */
  public void rotate() {
    for (Route route : routes) {
      route.series().rotate();
    }
  }

  /**
   * Writes all that was accepted and gives the files their finished names. To be called once all
   * workers have ended; returns when it is done, or when another thread calls {@link #abandon}.
   */
  public void finish() {
    for (Route route : routes) {
      route.series().finish();
    }
    try {
      for (Route route : routes) {
        route.series().join(0);
      }
      parts.leftovers().finish();
    } catch (InterruptedException e) {
      abandon();
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Closes the files as they are, after at most about two seconds. Files without a packet go away,
   * others stay for the next start to mend. What was not written is counted as lost.
   */
  public void abandon() {
    if (parts.compressors() != null) {
      parts.compressors().cancel();
    }
    parts.leftovers().stop();
    for (Route route : routes) {
      route.series().abandon();
    }
    try {
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ABANDON_MILLIS);
      for (Route route : routes) {
        route.series().join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Gives the folder free, after {@link #abandon} if {@link #finish} was not called. */
  @Override
  public void close() {
    abandon();
    if (parts.compressors() != null) {
      parts.compressors().close();
    }
    lock.close();
  }

  /** Files finished because a new one was due. */
  public long rotations() {
    return parts.counters().rotations.sum();
  }

  /** Times that opening, writing or moving a file failed. */
  public long writeErrors() {
    return parts.counters().writeErrors.sum();
  }

  /** Bytes that reached files, compressed if the files are. */
  public long bytesWritten() {
    return parts.counters().bytesWritten.sum();
  }

  /** Time that compressor threads have spent compressing. */
  public long compressorNanos() {
    return parts.counters().compressorNanos.sum();
  }

  /** Chunks that wait for an output thread. */
  public int queueDepth() {
    int depth = 0;
    for (Route route : routes) {
      depth += route.series().queueDepth();
    }
    return depth;
  }

  /** What keeps packets from being written now, in one line, or null if nothing does. */
  public String trouble() {
    for (Route route : routes) {
      String trouble = route.series().trouble();
      if (trouble != null) {
        return trouble;
      }
    }
    return null;
  }
}
