package org.gotm.fleet.spark;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Packets of a file that this job has written: pcap, little-endian, with nanoseconds. */
final class PcapInput implements Closeable {
  private static final int HEADER = 24;
  static final int RECORD_HEADER = 16;
  private static final int MAGIC = 0xa1b23c4d;
  private static final int LONGEST = 16 << 20;
  private static final long NANOS = 1_000_000_000L;

  private final String sensor;
  private final DataInputStream in;
  private final byte[] header = new byte[HEADER];
  private byte[] record;

  PcapInput(String sensor, Path file) throws IOException {
    this.sensor = sensor;
    InputStream bytes = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    in = new DataInputStream(bytes);
    in.readFully(header);
    if (number(header, 0) != MAGIC) {
      in.close();
      throw new IOException(file + ": not as it was written");
    }
  }

  private static int number(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
  }

  /** Whose packets these are. */
  String sensor() {
    return sensor;
  }

  /** The file's header. */
  byte[] header() {
    return header;
  }

  /** The link type. */
  int linkType() {
    return number(header, 20);
  }

  /** Goes on to the next packet; false at the end, or where the file breaks off. */
  boolean next() throws IOException {
    byte[] head = new byte[RECORD_HEADER];
    try {
      in.readFully(head);
      int length = number(head, 8);
      if (length < 0 || length > LONGEST) {
        return false;
      }
      record = new byte[RECORD_HEADER + length];
      System.arraycopy(head, 0, record, 0, RECORD_HEADER);
      in.readFully(record, RECORD_HEADER, length);
      return true;
    } catch (EOFException e) {
      return false;
    }
  }

  /** The packet with its header; an array of its own. */
  byte[] record() {
    return record;
  }

  /** Bytes that the packet had on the wire. */
  int wireLength() {
    return number(record, 12);
  }

  /** When the packet came, nanoseconds since 1970. */
  long nanos() {
    return (number(record, 0) & 0xffff_ffffL) * NANOS + (number(record, 4) & 0xffff_ffffL);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
