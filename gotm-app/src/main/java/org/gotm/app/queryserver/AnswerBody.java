package org.gotm.app.queryserver;

import java.io.IOException;
import java.io.OutputStream;

/**
 * The body of an answer on its way to the client, kept together until the search flushes it. One
 * thread.
 */
final class AnswerBody extends OutputStream {
  private static final int BUFFER = 1 << 15;

  private final OutputStream client;
  private final byte[] buffer = new byte[BUFFER];
  private int length;
  private long sent;

  AnswerBody(OutputStream client) {
    this.client = client;
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) {
    int done = 0;
    while (done < count) {
      if (length == buffer.length) {
        flush();
      }
      int part = Math.min(count - done, buffer.length - length);
      System.arraycopy(bytes, offset + done, buffer, length, part);
      length += part;
      done += part;
    }
  }

  /**
   * Sends what there is.
   *
   * @throws CancelledException if the client has gone
   */
  @Override
  public void flush() {
    if (length == 0) {
      return;
    }
    try {
      client.write(buffer, 0, length);
    } catch (IOException e) {
      throw new CancelledException("the client has gone: " + e.getMessage());
    }
    sent += length;
    length = 0;
  }

  /** Bytes that were sent. */
  long sent() {
    return sent;
  }
}
