package org.gotm.app.queryclient;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;
import org.eclipse.jetty.io.ClientConnector;

/**
 * Connections whose other end is looked after while nothing comes, as from a search that finds
 * nothing: a sensor that has lost its power is noticed within half a minute.
 */
final class KeepAliveConnector extends ClientConnector {
  private static final int SECONDS = 10;
  private static final int PROBES = 2;

  @Override
  protected void configure(SelectableChannel selectable) throws IOException {
    super.configure(selectable);
    SocketChannel channel = (SocketChannel) selectable;
    if (channel.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
      channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, SECONDS);
      channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, SECONDS);
      channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, PROBES);
    }
  }
}
