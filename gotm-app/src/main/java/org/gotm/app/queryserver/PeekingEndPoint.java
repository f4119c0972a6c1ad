package org.gotm.app.queryserver;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * A connection that can be asked whether the client is still there, while its question is worked on
 * and nobody reads. What comes meanwhile is kept for who reads next.
 */
final class PeekingEndPoint extends SocketChannelEndPoint {
  private static final int MOST = 4096;

  private final ByteBuffer early = ByteBuffer.allocate(MOST).limit(0);
  private boolean ended;
  private volatile boolean busy;

  PeekingEndPoint(
      SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
    super(channel, selector, key, scheduler);
  }

  /** The connection underneath, whatever is on top of it. */
  static PeekingEndPoint under(EndPoint endPoint) {
    EndPoint under = endPoint;
    while (under instanceof EndPoint.Wrapper wrapper) {
      under = wrapper.unwrap();
    }
    return (PeekingEndPoint) under;
  }

  /** True once the client has closed the connection, or it is broken. */
  synchronized boolean isPeerGone() {
    early.compact(); // to be written to
    try {
      int read = 0;
      while (early.hasRemaining() && (read = getChannel().read(early)) > 0) {
        notIdle();
      }
      ended |= read < 0;
    } catch (IOException e) {
      ended = true;
    } finally {
      early.flip();
    }
    return ended;
  }

  @Override
  public synchronized int fill(ByteBuffer buffer) throws IOException {
    if (!early.hasRemaining()) {
      return super.fill(buffer);
    }
    int begin = BufferUtil.flipToFill(buffer);
    int length = Math.min(buffer.remaining(), early.remaining());
    buffer.put(early.slice(early.position(), length));
    early.position(early.position() + length);
    BufferUtil.flipToFlush(buffer, begin);
    return length;
  }

  /** Whether a question is worked on, so that it is not closed for others. */
  void setBusy(boolean newBusy) {
    busy = newBusy;
  }

  boolean isBusy() {
    return busy;
  }
}
