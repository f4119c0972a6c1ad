package org.gotm.store.compress;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/** Gzip members. Allocates a deflater and a small buffer for each, whatever its length. */
final class GzipCompressor implements ChunkCompressor {
  private static final int DEFLATE_BUFFER_LENGTH = 4096;

  private final GzipParameters parameters = new GzipParameters();
  private final BufferOutput output = new BufferOutput();
  private byte[] input = new byte[0];

  GzipCompressor(int level) {
    parameters.setCompressionLevel(level);
    parameters.setBufferSize(DEFLATE_BUFFER_LENGTH);
  }

  @Override
  public int compress(ByteBuffer from, ByteBuffer to) throws IOException {
    int length = from.remaining();
    if (input.length < length) {
      input = new byte[length];
    }
    from.get(input, 0, length);
    output.buffer = to.clear();
    try (GzipCompressorOutputStream member = new GzipCompressorOutputStream(output, parameters)) {
      member.write(input, 0, length);
    }
    return to.position();
  }

  @Override
  public void close() {
    input = new byte[0];
  }

  /** Appends to a buffer. */
  private static final class BufferOutput extends OutputStream {
    private ByteBuffer buffer;

    @Override
    public void write(int b) {
      buffer.put((byte) b);
    }

    @Override
    public void write(byte[] from, int at, int length) {
      buffer.put(from, at, length);
    }
  }
}
