package org.gotm.fleet.lake;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Compresses pages with zstd, level 3: Parquet's own way there leads over Hadoop. What it returns
 * is valid until the next page. One thread; writes only.
 */
final class ZstdCodec
    implements CompressionCodecFactory,
        CompressionCodecFactory.BytesInputCompressor,
        AutoCloseable {
  private static final int LEVEL = 1;

  private final ZstdCompressCtx context = new ZstdCompressCtx().setLevel(LEVEL);
  private final Plain plain = new Plain();
  private byte[] packed = {};

  @Override
  public BytesInput compress(BytesInput page) throws IOException {
    plain.reset();
    page.writeAllTo(plain);
    int bound = Math.toIntExact(Zstd.compressBound(plain.size()));
    if (packed.length < bound) {
      packed = new byte[bound];
    }
    int length =
        context.compressByteArray(packed, 0, packed.length, plain.bytes(), 0, plain.size());
    return BytesInput.from(packed, 0, length);
  }

  @Override
  public CompressionCodecName getCodecName() {
    return CompressionCodecName.ZSTD;
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName name) {
    return this;
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
    throw new UnsupportedOperationException("nothing is read here");
  }

  /** Each file's writer calls this at its end, but the next one goes on. */
  @Override
  public void release() {}

  @Override
  public void close() {
    context.close();
  }

  /** A page as it was, without a copy of its own for each. */
  private static final class Plain extends ByteArrayOutputStream {
    byte[] bytes() {
      return buf;
    }
  }
}
