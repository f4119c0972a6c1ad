package org.gotm.app.daemon;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Counts what is read from a file or pipe itself. One thread reads, any thread asks. */
final class CountedStream extends FilterInputStream {
  private volatile long bytes;
  private boolean ended;
  private boolean failed;

  CountedStream(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    byte[] single = new byte[1];
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    try {
      int count = super.read(into, offset, length);
      ended |= count < 0;
      bytes += Math.max(count, 0);
      return count;
    } catch (IOException e) {
      failed = true;
      throw e;
    }
  }

  /** None for sure: a decompressor gives what it has before it waits for more. */
  @Override
  public int available() {
    return 0;
  }

  /** Bytes so far. */
  long bytes() {
    return bytes;
  }

  /** Whether the end was reached; for the thread that reads. */
  boolean hasEnded() {
    return ended;
  }

  /** Whether the file itself could not be read; for the thread that reads. */
  boolean hasFailed() {
    return failed;
  }
}
