package org.gotm.core.pcapfile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** A stream, read through a buffer that is larger than the largest record. */
final class StreamBytes implements FileBytes {
  private static final int BUFFER_LENGTH = 4 << 20;

  private final Arena arena = Arena.ofShared();
  private final ReadableByteChannel channel;
  private final MemorySegment memory = arena.allocate(BUFFER_LENGTH, 4096);
  private final ByteBuffer buffer = memory.asByteBuffer();
  private MemorySegment window = memory.asSlice(0, 0);

  StreamBytes(ReadableByteChannel channel) {
    this.channel = channel;
  }

  @Override
  public MemorySegment window() {
    return window;
  }

  @Override
  public boolean refill(long from) throws IOException {
    long left = window.byteSize() - from;
    MemorySegment.copy(memory, from, memory, 0, left);
    buffer.limit(BUFFER_LENGTH).position((int) left);
    int added = 0;
    int read;
    while (added == 0 && buffer.hasRemaining() && (read = channel.read(buffer)) >= 0) {
      added += read;
    }
    window = memory.asSlice(0, left + added);
    return added > 0;
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
