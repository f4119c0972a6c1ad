package org.gotm.store.flows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.gotm.core.flow.FlowRecord;
import org.gotm.core.flow.FlowRecordLayout;

/**
 * Reads the records of a spool file from its beginning to where it ends now, in a fixed amount of
 * memory. One thread.
 *
 * <p>A file that is written, or that a crash left, may end within a record: what is not whole is
 * not read, and places that the disk never got, which read as zeros, are passed over.
 */
public final class SpoolReader implements AutoCloseable {
  private static final int BUFFERED_RECORDS = 1024;

  private final FileChannel channel;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFERED_RECORDS * FlowRecordLayout.LENGTH).limit(0);
  private final MemorySegment memory = MemorySegment.ofBuffer(buffer.duplicate().clear());
  private final FlowRecord record = new FlowRecord();
  private final SpoolHeader header;
  private SpoolTimes times;
  private long headerLength;
  private long filledTo;

  /**
   * Opens a file; a link is not followed.
   *
   * @throws SpoolFormatException if it is no spool file of a version that is known
   * @throws IOException if it cannot be read
   */
  public SpoolReader(Path file) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try {
      header = readHeader(file);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private SpoolHeader readHeader(Path file) throws IOException {
    ByteBuffer fixed = ByteBuffer.allocate(SpoolHeader.FIXED_LENGTH);
    int length = readFully(fixed) ? SpoolHeader.length(fixed.flip()) : 0;
    if (length == 0) {
      throw new SpoolFormatException(
          file + ": not a file of flow records, or of another version of gotm");
    }
    ByteBuffer text = ByteBuffer.allocate(length - SpoolHeader.FIXED_LENGTH);
    if (!readFully(text)) {
      throw new SpoolFormatException(file + ": ends within its header");
    }
    headerLength = length;
    filledTo = length;
    times = SpoolHeader.times(text.array());
    return SpoolHeader.parse(text.array());
  }

  /** When the flows of the file were; any time if it is not finished. */
  SpoolTimes times() {
    return times;
  }

  /** What the numbers in the records are called. */
  public SpoolHeader header() {
    return header;
  }

  /**
   * Goes on to the next record.
   *
   * @return the same look each time, valid until the next call; null at the end
   */
  public FlowRecord next() throws IOException {
    while (true) {
      if (buffer.remaining() < FlowRecordLayout.LENGTH && !refill()) {
        return null;
      }
      int at = buffer.position();
      buffer.position(at + FlowRecordLayout.LENGTH);
      record.at(memory, at);
      if (record.number() != 0) {
        return record;
      }
    }
  }

  /** Bytes of the file up to the end of its last whole record. */
  long wholeLength() throws IOException {
    long length = channel.size() - headerLength;
    return headerLength + length / FlowRecordLayout.LENGTH * FlowRecordLayout.LENGTH;
  }

  /** Where in the file the record ends that was read last. */
  long position() {
    return filledTo - buffer.remaining();
  }

  private boolean refill() throws IOException {
    buffer.compact();
    int before = buffer.position();
    while (buffer.position() < FlowRecordLayout.LENGTH && channel.read(buffer) >= 0) {
      // reads on
    }
    filledTo += buffer.position() - before;
    buffer.flip();
    return buffer.remaining() >= FlowRecordLayout.LENGTH;
  }

  private boolean readFully(ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      if (channel.read(target) < 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
