package org.gotm.app.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A stream that is opened, decompressed and read by a thread of its own, so that whoever takes the
 * bytes never waits long for a writer that is silent. One thread takes; any may {@link #stop}.
 */
final class StreamPump implements ReadableByteChannel {
  private static final int BLOCKS = 8;
  private static final int BLOCK_LENGTH = 128 << 10;
  private static final int FIRST_LENGTH = 4;
  private static final long WAIT_MILLIS = 100;
  private static final ByteBuffer END = ByteBuffer.allocate(0);

  private final BlockingQueue<ByteBuffer> empty = new ArrayBlockingQueue<>(BLOCKS);
  private final BlockingQueue<ByteBuffer> full = new ArrayBlockingQueue<>(BLOCKS + 1);
  private final Opening opening;
  private final Thread thread;
  private ByteBuffer current;
  private volatile IOException failure;
  private volatile boolean stopped;
  private volatile boolean closed;

  /** Opens the stream; may wait for it. */
  @FunctionalInterface
  interface Opening {
    InputStream open() throws IOException;
  }

  private StreamPump(Opening opening) {
    this.opening = opening;
    for (int i = 0; i < BLOCKS; i++) {
      empty.add(ByteBuffer.allocate(BLOCK_LENGTH));
    }
    thread = Thread.ofPlatform().daemon().name("read-stream").unstarted(this::pump);
  }

  /** A pump at work; the stream is closed when it has been read, or with the pump. */
  static StreamPump of(Opening opening) {
    StreamPump pump = new StreamPump(opening);
    pump.thread.start();
    return pump;
  }

  private void pump() {
    try (InputStream in = opening.open()) {
      int least = FIRST_LENGTH; // so that the kind of file is in the first block
      while (pumpBlock(in, least)) {
        least = 0;
      }
    } catch (IOException e) {
      failure = e;
    } catch (RuntimeException | Error e) {
      failure = new IOException(e.toString(), e);
    } catch (InterruptedException e) {
      failure = new IOException("closed while it was read", e);
    } finally {
      full.add(END); // there is room for it
    }
  }

  private boolean pumpBlock(InputStream in, int least) throws IOException, InterruptedException {
    ByteBuffer block = empty.take();
    int length =
        least > 0
            ? in.readNBytes(block.array(), 0, least)
            : in.read(block.array(), 0, block.capacity());
    if (length <= 0) {
      return false;
    }
    full.put(block.clear().limit(length));
    return true;
  }

  /** The first four bytes as a big-endian word, 0 if there are fewer; waits for them. */
  int magic() {
    while (!stopped && !hasBlock()) {
      // it is the start that waits here, and a stop ends it
    }
    return current == null || current.remaining() < FIRST_LENGTH
        ? 0
        : current.getInt(current.position());
  }

  /** Waits a moment for bytes; true also if it is known that no more will come. */
  private boolean hasBlock() {
    if (current == END || current != null && current.hasRemaining()) {
      return true;
    }
    if (current != null) {
      empty.add(current);
    }
    try {
      current = full.poll(WAIT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopped = true;
    }
    return current != null;
  }

  /** What there is; 0 if nothing came within a tenth of a second. */
  @Override
  public int read(ByteBuffer into) throws IOException {
    if (stopped) {
      return -1;
    }
    if (!hasBlock()) {
      return 0;
    }
    if (current == END) {
      if (failure != null) {
        throw failure;
      }
      return -1;
    }
    int length = Math.min(current.remaining(), into.remaining());
    into.put(into.position(), current, current.position(), length);
    into.position(into.position() + length);
    current.position(current.position() + length);
    return length;
  }

  /** From now on it is as if the stream had ended. Any thread. */
  void stop() {
    stopped = true;
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  /** Ends the reading, but for one that the system does not let go of until a byte comes. */
  @Override
  public void close() {
    closed = true;
    stopped = true;
    thread.interrupt();
  }
}
