package org.gotm.store.compress;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** The members of a gzip file. */
final class GzipPieces implements PieceReader {
  private final ChannelInput input;
  private final byte[] bytes = new byte[BUFFER_LENGTH];
  private GzipCompressorInputStream member;
  private long memberBegin;
  private long delivered;
  private DamagedPieceException damage;

  GzipPieces(ChannelInput input) {
    this.input = input;
  }

  @Override
  public boolean next() throws IOException {
    if (input.isAtEnd()) {
      return false;
    }
    memberBegin = input.position();
    delivered = 0;
    open();
    return true;
  }

  private void open() throws IOException {
    close();
    try {
      member = GzipCompressorInputStream.builder().setInputStream(input).get();
    } catch (IOException e) {
      throw damaged(e, input.isAtEnd());
    }
  }

  private DamagedPieceException damaged(IOException e, boolean cutOff) throws IOException {
    input.check();
    return new DamagedPieceException(e.getMessage(), cutOff);
  }

  @Override
  public ByteBuffer read() throws IOException {
    if (damage != null) {
      throw damage;
    }
    try {
      int n = member.read(bytes);
      delivered += Math.max(n, 0);
      return n < 0 ? null : ByteBuffer.wrap(bytes, 0, n);
    } catch (IOException e) {
      damage = damaged(e, e instanceof EOFException);
      return readToDamage();
    }
  }

  /**
   * What the member has between the last read that succeeded and the damage. The stream keeps that
   * to itself when it fails, unless it is read byte by byte.
   */
  private ByteBuffer readToDamage() throws IOException {
    input.position(memberBegin);
    open();
    member.skipNBytes(delivered);
    int n = 0;
    try {
      for (int b; n < bytes.length && (b = member.read()) >= 0; n++) {
        bytes[n] = (byte) b;
      }
    } catch (IOException e) {
      damage = damaged(e, e instanceof EOFException);
    }
    return ByteBuffer.wrap(bytes, 0, n);
  }

  @Override
  public long position() {
    return input.position();
  }

  @Override
  public void close() {
    if (member != null) {
      try {
        member.close();
      } catch (IOException e) {
        throw new UncheckedIOException("a decompressor cannot be closed", e);
      }
      member = null;
    }
  }
}
