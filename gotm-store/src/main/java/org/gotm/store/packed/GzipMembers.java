package org.gotm.store.packed;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The members of a gzip stream, one after another: a read gives what it can before it waits for
 * more or fails. RFC 1952. Bounded memory. One thread.
 */
public final class GzipMembers implements AutoCloseable {
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
  private long taken;
  private int position;
  private int limit;
  private boolean inMember;
  private IOException damage;

  /** The members of a stream, which is closed with this. */
  public GzipMembers(InputStream in) {
    this.in = in;
  }

  /**
   * Reads the header of the next member, once the one before has ended.
   *
   * @return false at the end of the stream
   * @throws EOFException if the stream ends within the header
   * @throws IOException if there is no header, or the stream cannot be read
   */
  public boolean next() throws IOException {
    int first = nextOrEnd();
    if (first < 0) {
      return false;
    }
    if ((first | nextByte() << 8) != MAGIC || nextByte() != DEFLATE) {
      throw new IOException("no gzip member begins here");
    }
    int flags = nextByte();
    skip(LAST_FIELDS_LENGTH);
    if ((flags & HAS_EXTRA) != 0) {
      skip(nextByte() | nextByte() << 8);
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

  /** Passes over zeros between members, which are padding. */
  public void skipZeros() throws IOException {
    int next = nextOrEnd();
    while (next == 0) {
      next = nextOrEnd();
    }
    if (next > 0) {
      position--;
    }
  }

  /**
   * Reads on in the member.
   *
   * @return how many bytes, or -1 when the member has ended and checked out, or none has begun
   * @throws EOFException if the stream ends within the member
   * @throws IOException if the member is damaged, after all before the damage was answered, or the
   *     stream cannot be read
   */
  public int read(byte[] into, int offset, int length) throws IOException {
    if (damage != null) {
      throw damage;
    }
    while (inMember && length > 0) {
      int count = inflate(into, offset, length);
      if (count > 0) {
        crc.update(into, offset, count);
        return count;
      }
      if (damage != null) {
        throw damage;
      }
      if (inflater.finished()) {
        end();
      } else if (inflater.needsInput()) {
        fill();
        inflater.setInput(buffer, position, limit - position);
      } else {
        throw new IOException("it needs a dictionary");
      }
    }
    return length == 0 ? 0 : -1;
  }

  private int inflate(byte[] into, int offset, int length) {
    long before = inflater.getBytesWritten();
    try {
      int count = inflater.inflate(into, offset, length);
      position = limit - inflater.getRemaining();
      return count;
    } catch (DataFormatException e) {
      damage = new IOException(e.getMessage() == null ? "no such code" : e.getMessage(), e);
      return (int) (inflater.getBytesWritten() - before);
    }
  }

  private void end() throws IOException {
    inMember = false;
    long expectedCrc = word();
    long expectedLength = word();
    if (expectedCrc != crc.getValue()) {
      throw damage = new IOException("the checksum is wrong");
    }
    if (expectedLength != (inflater.getBytesWritten() & 0xffff_ffffL)) {
      throw damage = new IOException("the length is wrong");
    }
  }

  /** Bytes of the stream up to the end of the last member, when that has ended. */
  public long position() {
    return taken - (limit - position);
  }

  private long word() throws IOException {
    return nextByte() | nextByte() << 8 | nextByte() << 16 | (long) nextByte() << 24;
  }

  private void skip(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      nextByte();
    }
  }

  private void skipText(int flag) throws IOException {
    while (flag != 0 && nextByte() != 0) {
      // up to its end
    }
  }

  private int nextByte() throws IOException {
    if (position == limit) {
      fill();
    }
    return buffer[position++] & 0xff;
  }

  private int nextOrEnd() throws IOException {
    if (position == limit) {
      position = 0;
      limit = 0;
      limit = Math.max(in.read(buffer, 0, BUFFER_LENGTH), 0);
      taken += limit;
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
