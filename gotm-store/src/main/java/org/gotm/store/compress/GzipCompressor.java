package org.gotm.store.compress;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Gzip members of the BGZF kind, each of which says how long it is, so that readers can go from one
 * to the next and begin in the middle of a file. Source: the SAM/BAM specification, section 4.1.
 * Allocates nothing after it was made.
 *
 * <pre>
 * 1f 8b 08 04 | time 4 | 0 | ff | 6 0 | 'B' 'C' 2 0 | length of the member - 1, u16
 * deflated content | CRC-32 u32 | length of the content u32
 * </pre>
 */
final class GzipCompressor implements ChunkCompressor {
  /** Content of a member, as bgzip has it: what grows by deflating still fits into 64 KiB. */
  private static final int MOST_CONTENT = 65_280;

  private static final int HEADER_LENGTH = 18;
  private static final int LENGTH_OFFSET = 16;
  private static final int TRAILER_LENGTH = 8;

  /** Of the one block that content becomes which does not get shorter. */
  private static final int STORED_HEADER_LENGTH = 5;

  private static final byte[] HEADER = {
    0x1f, (byte) 0x8b, 8, 4, 0, 0, 0, 0, 0, (byte) 0xff, 6, 0, 'B', 'C', 2, 0, 0, 0
  };

  private final Deflater deflater;
  private final CRC32 crc = new CRC32();

  GzipCompressor(int level) {
    deflater = new Deflater(level, true);
  }

  @Override
  public int compress(ByteBuffer from, ByteBuffer to) {
    to.clear().order(ByteOrder.LITTLE_ENDIAN);
    int end = from.limit();
    do {
      from.limit(Math.min(end, from.position() + MOST_CONTENT));
      writeMember(from, to);
      from.limit(end);
    } while (from.hasRemaining());
    return to.position();
  }

  private void writeMember(ByteBuffer content, ByteBuffer to) {
    int begin = to.position();
    int at = content.position();
    int length = content.remaining();
    to.put(HEADER);
    if (!deflate(content, to)) {
      store(content.position(at), to.position(begin + HEADER_LENGTH));
    }
    crc.reset();
    crc.update(content.position(at));
    to.putInt((int) crc.getValue()).putInt(length);
    to.putShort(begin + LENGTH_OFFSET, (short) (to.position() - begin - 1));
  }

  /** False if the content does not get shorter than when it is stored. */
  private boolean deflate(ByteBuffer content, ByteBuffer to) {
    int limit = to.limit();
    deflater.reset();
    deflater.setInput(content);
    deflater.finish();
    to.limit(Math.min(limit, to.position() + content.remaining() + STORED_HEADER_LENGTH));
    while (!deflater.finished() && to.hasRemaining()) {
      deflater.deflate(to);
    }
    to.limit(limit);
    return deflater.finished();
  }

  private static void store(ByteBuffer content, ByteBuffer to) {
    int length = content.remaining();
    to.put((byte) 1).putShort((short) length).putShort((short) ~length).put(content);
  }

  @Override
  public void close() {
    deflater.end();
  }
}
