package org.gotm.app.daemon;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongSupplier;

/**
 * Decompressed data up to the very place where it is damaged. A decompressor that fails in the
 * middle of a read has put data into the buffer before; it is given first, the failure after it.
 * One thread.
 */
final class SalvageStream extends FilterInputStream {
  private final LongSupplier decompressed;
  private IOException failure;

  /**
   * Salvages what a decompressor gives.
   *
   * @param decompressed how many bytes the decompressor has put into buffers so far; constant for
   *     one that never fails with data in the buffer
   */
  SalvageStream(InputStream decompressor, LongSupplier decompressed) {
    super(decompressor);
    this.decompressed = decompressed;
  }

  @Override
  public int read() throws IOException {
    byte[] single = new byte[1];
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (failure != null) {
      throw failure;
    }
    long before = decompressed.getAsLong();
    try {
      return super.read(into, offset, length);
    } catch (IOException e) {
      long salvaged = decompressed.getAsLong() - before;
      if (salvaged == 0) {
        throw e;
      }
      failure = e;
      return (int) salvaged;
    }
  }

  /** None for sure, lest a channel reads on into a failure and forgets what it has. */
  @Override
  public int available() {
    return 0;
  }
}
