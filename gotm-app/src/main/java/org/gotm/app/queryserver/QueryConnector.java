package org.gotm.app.queryserver;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Comparator;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Takes connections from a socket, of TCP or of the file system, that was bound before: rights to
 * do so may be given up when the server starts. Open connections are never more than {@link #MOST};
 * when one more comes, the oldest on which no question is worked on gives way.
 */
final class QueryConnector extends AbstractConnector {
  /** Open connections. */
  static final int MOST = 64;

  private final ServerSocketChannel listener;
  private final boolean isTcp;
  private final Connections connections;

  /** A connector of a blocking channel, which it closes. */
  QueryConnector(Server server, ServerSocketChannel listener, ConnectionFactory... factories)
      throws IOException {
    super(server, null, null, null, 1, factories);
    this.listener = listener;
    this.isTcp = !(listener.getLocalAddress() instanceof UnixDomainSocketAddress);
    this.connections = new Connections(getExecutor(), getScheduler());
    installBean(connections, true);
  }

  @Override
  protected void accept(int acceptor) throws IOException {
    SocketChannel channel = listener.accept();
    try {
      makeRoom();
      channel.configureBlocking(false);
      if (isTcp) {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      }
      connections.accept(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void makeRoom() {
    if (getConnectedEndPoints().size() >= MOST) {
      getConnectedEndPoints().stream()
          .filter(endPoint -> !PeekingEndPoint.under(endPoint).isBusy())
          .min(Comparator.comparingLong(EndPoint::getCreatedTimeStamp))
          .ifPresent(EndPoint::close);
    }
  }

  @Override
  public Object getTransport() {
    return listener;
  }

  @Override
  protected void interruptAcceptors() {
    close(); // ends the waiting for connections, where an interrupt may come between two of them
    super.interruptAcceptors();
  }

  private void close() {
    try {
      listener.close();
    } catch (IOException e) {
      LOG.warn("cannot be closed", e);
    }
  }

  /** Watches the connections. */
  private final class Connections extends SelectorManager {
    Connections(Executor executor, Scheduler scheduler) {
      super(executor, scheduler, 1);
    }

    @Override
    protected EndPoint newEndPoint(
        SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
      PeekingEndPoint endPoint =
          new PeekingEndPoint((SocketChannel) channel, selector, key, getScheduler());
      endPoint.setIdleTimeout(getIdleTimeout());
      return endPoint;
    }

    @Override
    public Connection newConnection(
        SelectableChannel channel, EndPoint endPoint, Object attachment) {
      return getDefaultConnectionFactory().newConnection(QueryConnector.this, endPoint);
    }

    @Override
    protected void endPointOpened(EndPoint endPoint) {
      super.endPointOpened(endPoint);
      onEndPointOpened(endPoint);
    }

    @Override
    protected void endPointClosed(EndPoint endPoint) {
      onEndPointClosed(endPoint);
      super.endPointClosed(endPoint);
    }
  }
}
