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
import org.gotm.core.failure.Reason;
import org.gotm.store.packed.GzipStream;
import org.gotm.store.packed.PackedKind;

/**
 * A stream as it is or as it unpacks to, going by its first bytes. What cannot be unpacked is told
 * in words, with the place. One thread.
 */
final class PackedStream extends FilterInputStream {
  private final String kind;
  private final CountedStream packed;

  private PackedStream(String kind, InputStream unpacked, CountedStream packed) {
    super(unpacked);
    this.kind = kind;
    this.packed = packed;
  }

  /** Whether a file with these first four bytes, big-endian, has to be unpacked. */
  static boolean isPacked(int magic) {
    return PackedKind.of(magic) != PackedKind.NONE;
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
    PackedKind kind = peek(in);
    while (kind == PackedKind.SKIPPABLE) {
      skipFrame(in);
      kind = peek(in);
    }
    return switch (kind) {
      case GZIP -> new PackedStream("gzip", new GzipStream(in), packed);
      case ZSTD -> new PackedStream("zstd", new ZstdInputStream(in), packed);
      case LZ4 -> {
        InputStream buffered = new BufferedInputStream(in);
        yield new PackedStream("lz4", new FramedLZ4CompressorInputStream(buffered, true), packed);
      }
      case NONE, SKIPPABLE -> in;
    };
  }

  private static PackedKind peek(PushbackInputStream in) throws IOException {
    byte[] first = in.readNBytes(PackedKind.MAGIC_LENGTH);
    in.unread(first);
    return PackedKind.of(
        first.length < PackedKind.MAGIC_LENGTH ? 0 : ByteBuffer.wrap(first).getInt());
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
                  .formatted(kind, packed.bytes(), Reason.of(e)),
          e);
    }
  }
}
