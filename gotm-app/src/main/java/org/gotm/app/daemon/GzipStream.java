package org.gotm.app.daemon;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * What gzip members behind each other unpack to, as far as it has come: a read gives what it can
 * before it waits for more or fails. Zeros behind the last member are padding. RFC 1952. One
 * thread.
 */
final class GzipStream extends InputStream {
  private static final int BUFFER_LENGTH = 64 << 10;
  private static final int MAGIC = 0x8b1f;
  private static final int DEFLATE = 8;
  private static final int HAS_CHECKSUM = 2;
  private static final int HAS_EXTRA = 4;
  private static final int HAS_NAME = 8;
  private static final int HAS_COMMENT = 16;
  private static final int LAST_FIELDS_LENGTH = 6;

  private final InputStream in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private final byte[] buffer = new byte[BUFFER_LENGTH];
  private int position;
  private int limit;
  private boolean inMember;
  private boolean ended;

  GzipStream(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] single = new byte[1];
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    while (!ended && length > 0) {
      if (!inMember) {
        ended = !beginMember();
        continue;
      }
      int count = inflate(into, offset, length);
      if (count > 0) {
        crc.update(into, offset, count);
        return count;
      }
      if (inflater.finished()) {
        endMember();
      } else if (inflater.needsInput()) {
        fill();
        inflater.setInput(buffer, position, limit - position);
      } else {
        throw new IOException("it needs a dictionary");
      }
    }
    return length == 0 ? 0 : -1;
  }

  private int inflate(byte[] into, int offset, int length) throws IOException {
    try {
      int count = inflater.inflate(into, offset, length);
      position = limit - inflater.getRemaining();
      return count;
    } catch (DataFormatException e) {
      throw new IOException(e.getMessage() == null ? "no such code" : e.getMessage(), e);
    }
  }

  /** Reads a header; false if nothing but padding is left. */
  private boolean beginMember() throws IOException {
    int first = nextOrEnd();
    while (first == 0) {
      first = nextOrEnd();
    }
    if (first < 0) {
      return false;
    }
    if ((first | next() << 8) != MAGIC || next() != DEFLATE) {
      throw new IOException("no gzip member begins here");
    }
    int flags = next();
    skip(LAST_FIELDS_LENGTH);
    if ((flags & HAS_EXTRA) != 0) {
      skip(next() | next() << 8);
    }
    skipText(flags & HAS_NAME);
    skipText(flags & HAS_COMMENT);
    skip(flags & HAS_CHECKSUM);
    inflater.reset();
    inflater.setInput(buffer, position, limit - position);
    crc.reset();
    inMember = true;
    return true;
  }

  private void endMember() throws IOException {
    long expectedCrc = word();
    long expectedLength = word();
    if (expectedCrc != crc.getValue()) {
      throw new IOException("the checksum is wrong");
    }
    if (expectedLength != (inflater.getBytesWritten() & 0xffff_ffffL)) {
      throw new IOException("the length is wrong");
    }
    inMember = false;
  }

  private long word() throws IOException {
    return next() | next() << 8 | next() << 16 | (long) next() << 24;
  }

  private void skip(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      next();
    }
  }

  private void skipText(int flag) throws IOException {
    while (flag != 0 && next() != 0) {
      // up to its end
    }
  }

  private int next() throws IOException {
    if (position == limit) {
      fill();
    }
    return buffer[position++] & 0xff;
  }

  private int nextOrEnd() throws IOException {
    if (position == limit) {
      position = 0;
      limit = Math.max(in.read(buffer, 0, BUFFER_LENGTH), 0);
    }
    return position == limit ? -1 : buffer[position++] & 0xff;
  }

  private void fill() throws IOException {
    if (nextOrEnd() < 0) {
      throw new EOFException("the end is missing");
    }
    position--;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
