package org.gotm.store.compress;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The frames of a zstd file. */
final class ZstdPieces implements PieceReader {
  private final ChannelInput input;
  private final ZstdDecompressCtx context = new ZstdDecompressCtx();
  private final ByteBuffer from = ByteBuffer.allocateDirect(BUFFER_LENGTH).limit(0);
  private final ByteBuffer to = ByteBuffer.allocateDirect(BUFFER_LENGTH);
  private boolean ended;

  ZstdPieces(ChannelInput input) {
    this.input = input;
  }

  @Override
  public boolean next() throws IOException {
    context.reset();
    ended = false;
    return from.hasRemaining() || refill();
  }

  private boolean refill() throws IOException {
    from.clear();
    int n = input.read(from);
    from.flip();
    return n > 0;
  }

  @Override
  public ByteBuffer read() throws IOException {
    to.clear();
    while (to.position() == 0 && !ended) {
      boolean atEnd = !from.hasRemaining() && !refill();
      decompress();
      if (atEnd && to.position() == 0 && !ended) {
        throw new DamagedPieceException("the file ends within a frame", true);
      }
    }
    return to.position() == 0 ? null : to.flip();
  }

  private void decompress() throws DamagedPieceException {
    try {
      ended = context.decompressDirectByteBufferStream(to, from);
    } catch (ZstdException e) {
      throw new DamagedPieceException(e.getMessage(), false);
    }
  }

  @Override
  public long position() {
    return input.position() - from.remaining();
  }

  @Override
  public void close() {
    context.close();
  }
}
