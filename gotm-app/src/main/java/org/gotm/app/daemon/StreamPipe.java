package org.gotm.app.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.ffm.linux.Libc;

/**
 * A pipe through which a stream gets to libpcap, which wants something it can open: a thread pumps.
 * It ends with the stream, or when nobody reads any more.
 */
final class StreamPipe {
  private static final int O_CLOEXEC = 0x80000;
  private static final int BUFFER_LENGTH = 64 << 10;

  private final InputStream stream;
  private final int readEnd;
  private volatile IOException damage;

  private StreamPipe(InputStream stream, int readEnd) {
    this.stream = stream;
    this.readEnd = readEnd;
  }

  /** A pipe that is being filled; the stream is closed when it has been read. */
  static StreamPipe of(InputStream stream) throws IOException {
    int[] ends = new int[2];
    try (Arena arena = Arena.ofConfined()) {
      int result = new Libc(arena).pipe2(ends, O_CLOEXEC);
      if (result < 0) {
        throw new IOException("no pipe to libpcap: " + Libc.message(result));
      }
    }
    OutputStream writeEnd = Files.newOutputStream(pathOf(ends[1]));
    close(ends[1]);
    StreamPipe pipe = new StreamPipe(stream, ends[0]);
    Thread.ofPlatform().daemon().name("pump").start(() -> pipe.pump(writeEnd));
    return pipe;
  }

  private void pump(OutputStream writeEnd) {
    byte[] buffer = new byte[BUFFER_LENGTH];
    try (stream;
        writeEnd) {
      int length;
      while ((length = read(buffer)) > 0) {
        writeEnd.write(buffer, 0, length);
      }
    } catch (IOException e) {
      // nobody reads any more: whoever read knows why
      damage = damage == null && !isBroken(e) ? e : damage;
    }
  }

  private int read(byte[] buffer) {
    try {
      return stream.read(buffer);
    } catch (IOException e) {
      damage = e;
      return -1;
    }
  }

  private static boolean isBroken(IOException e) {
    return "Broken pipe".equals(e.getMessage());
  }

  /** What libpcap opens. */
  Path path() {
    return pathOf(readEnd);
  }

  /** Leaves reading to whoever has opened {@link #path}. */
  void handedOver() {
    close(readEnd);
  }

  /** What was wrong with the stream, or null. */
  IOException damage() {
    return damage;
  }

  private static Path pathOf(int fd) {
    return Path.of("/proc/self/fd/" + fd);
  }

  private static void close(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      new Libc(arena).close(fd);
    }
  }
}
