package org.gotm.core.pcapfile;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A whole file, mapped into memory: packets are read where the page cache has them. */
final class MappedBytes implements FileBytes {
  private final Arena arena = Arena.ofShared();
  private MemorySegment window;

  MappedBytes(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      window = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  @Override
  public MemorySegment window() {
    return window;
  }

  @Override
  public int refill(long from) {
    window = window.asSlice(from);
    return END;
  }

  @Override
  public void close() {
    arena.close();
  }
}
