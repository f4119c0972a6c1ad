package org.gotm.store.compress;

import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;

/** Zstd frames with content size and checksum. Allocates nothing after it was made. */
final class ZstdCompressor implements ChunkCompressor {
  private final ZstdCompressCtx context = new ZstdCompressCtx();

  ZstdCompressor(int level) {
    context.setLevel(level).setChecksum(true).setContentSize(true);
  }

  @Override
  public int compress(ByteBuffer from, ByteBuffer to) {
    return context.compressDirectByteBuffer(
        to, 0, to.capacity(), from, from.position(), from.remaining());
  }

  @Override
  public void close() {
    context.close();
  }
}
