package org.gotm.store.query;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.store.packed.GzipStream;
import org.gotm.store.packed.PackedKind;

/** The bytes of a capture file, unpacked, whatever it is packed with. */
final class CaptureBytes {
  private static final int BUFFER = 1 << 18;

  private final InputStream unpacked;

  private CaptureBytes(InputStream unpacked) {
    this.unpacked = unpacked;
  }

  /** Goes by the first bytes. */
  static CaptureBytes of(InputStream file) throws IOException {
    InputStream in = buffered(file);
    return new CaptureBytes(
        switch (PackedKind.of(magic(in))) {
          case GZIP -> buffered(new GzipStream(in));
          case ZSTD, SKIPPABLE -> buffered(new ZstdInputStream(in));
          case LZ4, NONE -> in;
        });
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
