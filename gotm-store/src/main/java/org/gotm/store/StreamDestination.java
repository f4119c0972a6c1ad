package org.gotm.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.gotm.core.capture.Heartbeat;
import org.gotm.store.file.CurrentStream;
import org.gotm.store.file.FileCounters;
import org.gotm.store.file.FileErrors;
import org.gotm.store.file.FileHeader;
import org.gotm.store.file.IntervalLedger;
import org.gotm.store.file.SeriesOutput;

/** A stream that somebody else reads, or does not: nothing waits for that without end. */
final class StreamDestination implements Destination {
  private static final long LOOK_NANOS = 50_000_000;

  private final WritableByteChannel channel;
  private final RecordingOptions options;
  private volatile FileCounters written = new FileCounters();

  /**
   * A stream.
   *
   * @param channel one whose closing ends a write that is under way; closed when somebody gives up
   */
  StreamDestination(WritableByteChannel channel, RecordingOptions options) {
    this.channel = channel;
    this.options = options;
  }

  @Override
  public FileErrors errors(String series, FileCounters counters) {
    written = counters;
    return new FileErrors(options.folder(), Path.of("standard output"), counters, options.log());
  }

  @Override
  public SeriesOutput output(
      String series,
      FileHeader header,
      FileErrors errors,
      IntervalLedger interval,
      FileCounters counters,
      Arena memory) {
    return new CurrentStream(channel, header, interval, counters, options.epochNanos());
  }

  @Override
  public boolean isSingle() {
    return true;
  }

  /** A slow reader gets all; one that takes nothing for some seconds gets no more. */
  @Override
  public void hurry() {
    Thread.ofPlatform().daemon().name("gotm-stream").start(this::closeWhenNobodyReads);
  }

  private void closeWhenNobodyReads() {
    long before = written.bytesWritten.sum();
    long movedNanos = System.nanoTime();
    while (channel.isOpen() && System.nanoTime() - movedNanos < Heartbeat.STANDSTILL_NANOS) {
      LockSupport.parkNanos(LOOK_NANOS);
      long bytes = written.bytesWritten.sum();
      movedNanos = bytes == before ? movedNanos : System.nanoTime();
      before = bytes;
    }
    close();
  }

  @Override
  public void finish() {
    // the series has written all
  }

  @Override
  public void stop() {
    close();
  }

  @Override
  public void abandon(long millis) {
    close();
  }

  @Override
  public boolean standsStill(long nowNanos) {
    return false;
  }

  @Override
  public String standstill() {
    return "nobody has read standard output for %d s or more; what comes waits in memory, and is lost when that is full"
        .formatted(Heartbeat.STANDSTILL_NANOS / 1_000_000_000);
  }

  @Override
  public boolean hasEnded() {
    return true;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("write=-: cannot be closed", e);
    }
  }
}
