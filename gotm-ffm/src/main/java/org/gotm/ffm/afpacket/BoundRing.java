package org.gotm.ffm.afpacket;

import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSourceException;

/**
 * A packet socket with its ring, bound to one interface: what a source has from the time it is
 * opened until the interface is replaced. One thread.
 */
final class BoundRing implements AutoCloseable {
  private final PacketSocket socket;
  private final PacketRing ring;
  private boolean closed;

  /**
   * Sets everything up before the socket is bound, as packets come from then on.
   *
   * @param filter what to let through at first, null for all
   * @param group whom to share the packets with, or null
   * @throws PacketSourceException if the kernel refuses
   */
  BoundRing(
      AfPacketOptions options,
      CaptureMode mode,
      InterfaceWatch watched,
      SocketFilter filter,
      FanoutGroup group) {
    socket = new PacketSocket(options.interfaceName(), mode);
    PacketRing mapped = null;
    try {
      socket.filter(filter);
      mapped = new PacketRing(socket, options, mode);
      int index = watched.indexToBind();
      if (options.promiscuous() && index != 0) {
        socket.setPromiscuous(index);
      }
      socket.bind(index);
      if (group != null) {
        group.join(socket, index, mode);
      }
      ring = mapped;
    } catch (RuntimeException e) {
      if (mapped != null) {
        mapped.close();
      }
      socket.close();
      throw e;
    }
  }

  /** The socket, to poll and to count. */
  PacketSocket socket() {
    return socket;
  }

  /** True if a block of packets is there. */
  boolean isReady() {
    return ring.isReady();
  }

  /** Hands over the packets of the next block. */
  int deliver(PacketBatch batch, BatchHandler handler) {
    return ring.deliver(batch, handler);
  }

  /** Packets handed over since it was bound. */
  long delivered() {
    return ring.delivered();
  }

  /** Packets since it was bound that could not be read. */
  long malformed() {
    return ring.malformed();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      ring.close();
      socket.close();
    }
  }
}
