package org.gotm.store.repair;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.PcapngScanner;
import org.gotm.store.api.Compression;
import org.gotm.store.compress.FileScanner;
import org.gotm.store.compress.PieceReader;
import org.gotm.store.compress.Trailer;
import org.gotm.store.packed.PackedKind;

/**
 * What an examination of a leftover file has found.
 *
 * @param compression how it is compressed, by its content
 * @param end bytes of the file that were written; behind them are zeros at most
 * @param goodEnd bytes from the start of the file that can stay as they are
 * @param salvageable uncompressed bytes of whole records behind them, in a compressed piece that
 *     does not check out or ends within a record
 * @param trailer what is to follow these and those salvaged
 * @param records whole records, the salvageable ones included
 * @param firstTimestampNanos time of the first of them
 * @param lastTimestampNanos time of the last of them
 * @param damage what is wrong with the rest, or null if it is only cut off or not written
 * @param isCapture false if it is no capture file at all, as far as can be told
 * @param extension what its name is to end with, before that of its compression
 */
record Leftover(
    Compression compression,
    long end,
    long goodEnd,
    long salvageable,
    Trailer trailer,
    long records,
    long firstTimestampNanos,
    long lastTimestampNanos,
    String damage,
    boolean isCapture,
    String extension) {

  /** True when the file is worth a finished name. */
  boolean hasRecords() {
    return isCapture && records > 0;
  }

  /** True when the file is as good as none: nobody would miss it. */
  boolean isEmpty() {
    return isCapture && records == 0 && damage == null;
  }

  private static final int BUFFER_LENGTH = 1 << 20;

  /**
   * Examines a file in a bounded amount of memory.
   *
   * @param arena for the trailer
   */
  static Leftover examine(FileChannel channel, Arena arena) throws IOException {
    Compression compression = compression(channel);
    if (compression instanceof Compression.None) {
      return examinePlain(channel);
    }
    Leftover whole = PackedScan.examine(compression, channel, channel.size(), arena);
    long written = Math.max(whole.goodEnd(), withoutZeros(channel));
    if (whole.damage() == null || written == channel.size()) {
      return whole;
    }
    return PackedScan.examine(compression, channel, written, arena); // the end was never written
  }

  /** By the first bytes, as a name may lie. */
  private static Compression compression(FileChannel channel) throws IOException {
    ByteBuffer magic = ByteBuffer.allocate(PackedKind.MAGIC_LENGTH);
    channel.read(magic, 0);
    return switch (PackedKind.of(magic.getInt(0))) {
      case GZIP -> Compression.gzip();
      case ZSTD, SKIPPABLE -> Compression.zstd();
      case LZ4, NONE -> Compression.none();
    };
  }

  private static Leftover examinePlain(FileChannel channel) throws IOException {
    long written = withoutZeros(channel);
    long end = examinedEnd(channel, written);
    FileScanner scanner = new FileScanner();
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_LENGTH);
    while (scanner.damage() == null && scanner.offset() < end) {
      buffer.clear().limit((int) Math.min(BUFFER_LENGTH, end - scanner.offset()));
      readFully(channel, buffer, scanner.offset());
      scanner.scan(buffer.flip());
    }
    scanner.end();
    return new Leftover(
        new Compression.None(),
        channel.size(),
        scanner.wholeEnd(),
        0,
        Trailer.of(Compression.none(), null),
        scanner.records(),
        scanner.firstTimestampNanos(),
        scanner.lastTimestampNanos(),
        written <= scanner.wholeEnd() ? null : scanner.damage(),
        scanner.isCapture(),
        scanner.extension());
  }

  /**
   * How far to read a file that zeros are at the end of. Those behind a magic number are no wrong
   * header, but one that was never written; the blocks of pcapng never end with a word of zeros.
   */
  private static long examinedEnd(FileChannel channel, long written) throws IOException {
    ByteBuffer first = ByteBuffer.allocate(1);
    if (channel.read(first, 0) == 1 && PcapngScanner.isPcapng(first.get(0))) {
      return Math.min(channel.size(), written + Integer.BYTES - 1 & -Integer.BYTES);
    }
    boolean isTorn = written >= Integer.BYTES && written < PcapHeaderLayout.LENGTH;
    return isTorn ? written : channel.size();
  }

  /** The size of the file without the zeros at its end. */
  private static long withoutZeros(FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(PieceReader.BUFFER_LENGTH);
    long end = channel.size();
    while (end > 0) {
      long begin = Math.max(0, end - buffer.capacity());
      buffer.clear().limit((int) (end - begin));
      readFully(channel, buffer, begin);
      for (int i = buffer.limit() - 1; i >= 0; i--) {
        if (buffer.get(i) != 0) {
          return begin + i + 1;
        }
      }
      end = begin;
    }
    return 0;
  }

  private static void readFully(FileChannel channel, ByteBuffer buffer, long at)
      throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new IOException("the file became shorter while it was read");
      }
    }
  }
}
