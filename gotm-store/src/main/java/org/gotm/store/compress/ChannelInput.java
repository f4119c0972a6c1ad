package org.gotm.store.compress;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Part of a file as a stream that knows its place. Tells errors of the disk from those that a
 * decompressor throws because of what it reads. One thread.
 */
final class ChannelInput extends InputStream {
  private final FileChannel channel;
  private final long end;
  private final byte[] one = new byte[1];
  private long position;
  private long mark;
  private IOException failure;

  /** From {@code begin} to {@code end}; does not own the channel. */
  ChannelInput(FileChannel channel, long begin, long end) {
    this.channel = channel;
    this.position = begin;
    this.end = end;
  }

  @Override
  public int read() throws IOException {
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int at, int length) throws IOException {
    return read(ByteBuffer.wrap(to, at, length));
  }

  /** Reads some bytes; answers how many, or -1 at the end. */
  int read(ByteBuffer to) throws IOException {
    int room = (int) Math.min(to.remaining(), end - position);
    if (room == 0) {
      return to.hasRemaining() ? -1 : 0;
    }
    ByteBuffer part = to.slice(to.position(), room);
    try {
      int n = channel.read(part, position);
      if (n > 0) {
        position += n;
        to.position(to.position() + n);
      }
      return n;
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  /** Where in the file the next byte is. */
  long position() {
    return position;
  }

  /** Goes to another place of the file. */
  void position(long newPosition) {
    position = newPosition;
  }

  /** True when all was read. */
  boolean isAtEnd() {
    return position >= end;
  }

  /** Throws the error of the disk if there was one. */
  void check() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public boolean markSupported() {
    return true;
  }

  @Override
  public void mark(int readLimit) {
    mark = position;
  }

  @Override
  public void reset() {
    position = mark;
  }
}
