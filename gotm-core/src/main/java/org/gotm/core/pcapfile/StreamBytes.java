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
  private final ReadableByteChannel channel;
  private MemorySegment memory;
  private ByteBuffer buffer;
  private MemorySegment window;

  /** Reads a channel, which is closed with this. */
  StreamBytes(ReadableByteChannel channel) {
    this.channel = channel;
    allocate(FIRST_LENGTH);
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
