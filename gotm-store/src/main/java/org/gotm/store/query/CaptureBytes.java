package org.gotm.store.query;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.zip.GZIPInputStream;
import org.gotm.core.pcapfile.PcapHeaderLayout;

/** The bytes of a capture file, unpacked, whatever it is packed with. */
final class CaptureBytes {
  private static final int BUFFER = 1 << 18;
  private static final int GZIP = 0x1f8b;
  private static final int ZSTD = 0x28b52ffd;
  private static final int SKIPPABLE = 0x502a4d18;
  private static final int SKIPPABLE_MASK = 0xf0ffffff;

  private final InputStream unpacked;

  private CaptureBytes(InputStream unpacked) {
    this.unpacked = unpacked;
  }

  /** Goes by the first bytes. */
  static CaptureBytes of(InputStream file) throws IOException {
    InputStream in = buffered(file);
    int magic = magic(in);
    if (magic == ZSTD || (magic & SKIPPABLE_MASK) == SKIPPABLE) {
      return new CaptureBytes(buffered(new ZstdInputStream(in)));
    }
    boolean isGzip = magic >>> 16 == GZIP;
    return new CaptureBytes(isGzip ? buffered(new GZIPInputStream(in, BUFFER)) : in);
  }

  private static InputStream buffered(InputStream in) {
    return new BufferedInputStream(in, BUFFER);
  }

  /** The first four bytes as a big-endian word, which stay; 0 if there are fewer. */
  private static int magic(InputStream in) throws IOException {
    in.mark(Integer.BYTES);
    byte[] first = in.readNBytes(Integer.BYTES);
    in.reset();
    return first.length < Integer.BYTES ? 0 : ByteBuffer.wrap(first).getInt();
  }

  boolean isPcapng() throws IOException {
    return magic(unpacked) == PcapHeaderLayout.MAGIC_PCAPNG;
  }

  ReadableByteChannel channel() {
    return Channels.newChannel(unpacked);
  }
}
