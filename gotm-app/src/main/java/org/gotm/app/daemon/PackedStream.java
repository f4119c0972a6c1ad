package org.gotm.app.daemon;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;

/**
 * A stream as it is or as it unpacks to, going by its first bytes. What cannot be unpacked is told
 * in words, with the place. One thread.
 */
final class PackedStream extends FilterInputStream {
  private static final int GZIP = 0x1f8b;
  private static final int ZSTD = 0x28b52ffd;
  private static final int LZ4 = 0x04224d18;

  /** Frames that both zstd and lz4 skip; the last digit of the first byte is free. */
  private static final int SKIPPABLE = 0x502a4d18;

  private static final int SKIPPABLE_MASK = 0xf0ffffff;

  private final String kind;
  private final CountedStream packed;

  private PackedStream(String kind, InputStream unpacked, CountedStream packed) {
    super(unpacked);
    this.kind = kind;
    this.packed = packed;
  }

  /** Whether a file with these first four bytes, big-endian, has to be unpacked. */
  static boolean isPacked(int magic) {
    return magic == ZSTD || magic == LZ4 || magic >>> 16 == GZIP || isSkippable(magic);
  }

  private static boolean isSkippable(int magic) {
    return (magic & SKIPPABLE_MASK) == SKIPPABLE;
  }

  /** Waits for the first bytes and tells by them what to do; closes the stream if it cannot. */
  static InputStream of(CountedStream packed) throws IOException {
    try {
      return unpack(packed);
    } catch (EOFException e) {
      packed.close();
      throw new IOException(
          "the stream is cut off after %d bytes, in its first frame".formatted(packed.bytes()), e);
    } catch (IOException e) {
      packed.close();
      throw e;
    }
  }

  private static InputStream unpack(CountedStream packed) throws IOException {
    PushbackInputStream in = new PushbackInputStream(packed, Integer.BYTES);
    int magic = peek(in);
    while (isSkippable(magic)) {
      skipFrame(in);
      magic = peek(in);
    }
    if (magic == ZSTD) {
      return new PackedStream("zstd", new ZstdInputStream(in), packed);
    }
    if (magic == LZ4) {
      InputStream buffered = new BufferedInputStream(in);
      return new PackedStream("lz4", new FramedLZ4CompressorInputStream(buffered, true), packed);
    }
    return magic >>> 16 == GZIP ? new PackedStream("gzip", new GzipStream(in), packed) : in;
  }

  private static int peek(PushbackInputStream in) throws IOException {
    byte[] first = in.readNBytes(Integer.BYTES);
    in.unread(first);
    return first.length < Integer.BYTES ? 0 : ByteBuffer.wrap(first).getInt();
  }

  private static void skipFrame(InputStream in) throws IOException {
    in.skipNBytes(Integer.BYTES);
    byte[] length = in.readNBytes(Integer.BYTES);
    if (length.length < Integer.BYTES) {
      throw new EOFException("no length");
    }
    in.skipNBytes(Integer.toUnsignedLong(Integer.reverseBytes(ByteBuffer.wrap(length).getInt())));
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    try {
      return super.read(into, offset, length);
    } catch (IOException | RuntimeException e) {
      if (packed.hasFailed()) {
        throw e;
      }
      throw new IOException(
          packed.hasEnded()
              ? "the %s stream is cut off after %d bytes".formatted(kind, packed.bytes())
              : "the %s stream is damaged before byte %d: %s"
                  .formatted(kind, packed.bytes(), reason(e)),
          e);
    }
  }

  private static String reason(Exception e) {
    return e instanceof IOException && e.getMessage() != null ? e.getMessage() : e.toString();
  }
}
