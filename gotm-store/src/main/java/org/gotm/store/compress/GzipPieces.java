package org.gotm.store.compress;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.gotm.store.packed.GzipMembers;

/** The members of a gzip file. */
final class GzipPieces implements PieceReader {
  private final ChannelInput input;
  private final long begin;
  private final GzipMembers members;
  private final byte[] bytes = new byte[BUFFER_LENGTH];

  GzipPieces(ChannelInput input) {
    this.input = input;
    this.begin = input.position();
    this.members = new GzipMembers(input);
  }

  @Override
  public boolean next() throws IOException {
    try {
      return members.next();
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  private DamagedPieceException damaged(IOException e) throws IOException {
    input.check();
    return new DamagedPieceException(e.getMessage(), e instanceof EOFException);
  }

  @Override
  public ByteBuffer read() throws IOException {
    try {
      int n = members.read(bytes, 0, bytes.length);
      return n < 0 ? null : ByteBuffer.wrap(bytes, 0, n);
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  @Override
  public long position() {
    return begin + members.position();
  }

  @Override
  public void close() {
    try {
      members.close();
    } catch (IOException e) {
      throw new UncheckedIOException("a decompressor cannot be closed", e);
    }
  }
}
