package org.gotm.core.pcapfile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** A stream, read through a buffer that grows to the largest record; readers bound it. */
final class StreamBytes implements FileBytes {
  private static final int FIRST_LENGTH = 1 << 20;

  private final Arena arena = Arena.ofShared();
  private final int mostBytes;
  private final ReadableByteChannel channel;
  private MemorySegment memory;
  private ByteBuffer buffer;
  private MemorySegment window;

  /** Reads a channel, which is closed with this. */
  StreamBytes(ReadableByteChannel channel) {
    this(channel, FIRST_LENGTH, Integer.MAX_VALUE);
  }

  /**
   * Reads a channel, which is closed with this, through a buffer of another size.
   *
   * @param firstBytes of the buffer
   * @param mostBytes it may grow to; a record that needs more is a failure
   */
  StreamBytes(ReadableByteChannel channel, int firstBytes, int mostBytes) {
    this.channel = channel;
    this.mostBytes = mostBytes;
    allocate(firstBytes);
    window = memory.asSlice(0, 0);
  }

  private void allocate(long length) {
    memory = arena.allocate(length, 4096);
    buffer = memory.asByteBuffer();
  }

  @Override
  public MemorySegment window() {
    return window;
  }

  @Override
  public int refill(long from) throws IOException {
    long left = window.byteSize() - from;
    if (from > 0 || left == memory.byteSize()) {
      MemorySegment before = memory;
      if (left == memory.byteSize()) {
        if (2 * left > mostBytes) {
          throw new IOException("a record of more than %d bytes".formatted(left));
        }
        allocate(2 * left);
      }
      MemorySegment.copy(before, from, memory, 0, left);
      window = memory.asSlice(0, left);
    }
    buffer.limit(buffer.capacity()).position((int) left);
    int added = channel.read(buffer);
    if (added > 0) {
      window = memory.asSlice(0, left + added);
    }
    return added;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      arena.close();
    }
  }
}
