package org.gotm.core.pcapfile;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import org.gotm.core.failure.Reason;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.core.source.SourceStats;

/**
 * What the readers of all capture files share: the window that moves over the bytes, and what
 * becomes of an end or a damage. Hot path.
 */
abstract sealed class FileSource implements PacketSource permits PcapFileSource, PcapngFileSource {
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  private static final int BATCHES_A_POLL = 64;

  final String name;
  final FileBytes bytes;

  /** What was wrong; told by every poll once all packets before it were handed over. */
  RuntimeException damage;

  /** Where in the window the next record begins. */
  long position;

  private long windowOffset;
  private long received;
  private boolean hasEnded;
  private volatile boolean stopped;

  FileSource(String name, FileBytes bytes) {
    this.name = name;
    this.bytes = bytes;
  }

  /** Goes on where another source is. */
  FileSource(FileSource before) {
    this(before.name, before.bytes);
    position = before.position;
    windowOffset = before.windowOffset;
    stopped = before.stopped;
  }

  /** Empties the batch and puts what is whole in the window into it, or sets the damage. */
  abstract PacketBatch fill();

  /** The window has moved: what began at {@link #position} is at its begin now. */
  abstract void windowMoved();

  /** What is cut off by the end of the file, at the begin of the window. */
  abstract String cutOff(long left);

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean isLive() {
    return false;
  }

  /** How many bytes of the file, uncompressed, were read so far. */
  public long offset() {
    return windowOffset + position;
  }

  @Override
  public int poll(BatchHandler handler) {
    if (damage != null) {
      throw damage;
    }
    int packets = 0;
    try {
      for (int i = 0; i < BATCHES_A_POLL && damage == null && !stopped; i++) {
        PacketBatch batch = fill();
        if (batch.count() > 0) {
          received += batch.count();
          packets += batch.count();
          handler.onBatch(batch);
        } else if (damage != null || packets > 0 || !refill()) {
          break; // with packets at hand it does not wait for a pipe to bring more
        }
      }
    } catch (IOException e) {
      damage = failed(e);
    } catch (InternalError e) {
      damage = shortened(e);
      throw damage;
    }
    if (packets == 0 && damage != null) {
      throw damage;
    }
    return packets == 0 && (stopped || hasEnded) ? END : packets;
  }

  /** Gets more of the file; false at its end, be it clean or within a record, or if none came. */
  boolean refill() throws IOException {
    int added = bytes.refill(position);
    windowOffset += position;
    position = 0;
    windowMoved();
    long left = bytes.window().byteSize();
    hasEnded = added < 0;
    if (hasEnded && left > 0) {
      damage = damaged(0, cutOff(left));
    }
    return added > 0;
  }

  /** Nothing more will come. */
  boolean hasEnded() {
    return hasEnded;
  }

  /** Damage at a place of the window. */
  DamagedCaptureException damaged(long at, String words) {
    return new DamagedCaptureException(name, windowOffset + at, words);
  }

  PacketSourceException failed(IOException e) {
    return new PacketSourceException(
        "%s: cannot be read at offset %d: %s".formatted(name, offset(), Reason.of(e)), e);
  }

  PacketSourceException shortened(InternalError e) {
    return new PacketSourceException(
        "%s: became shorter while it was read, at offset %d".formatted(name, offset()), e);
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public void wakeup() {
    // poll waits for a stream only, and that a bounded time
  }

  @Override
  public void readStats(SourceStats stats) {
    stats.received = received;
  }

  @Override
  public void close() {
    bytes.close();
  }
}
