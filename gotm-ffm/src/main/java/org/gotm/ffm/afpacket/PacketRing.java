package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_RESERVE;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_RX_RING;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_VERSION;
import static org.gotm.ffm.linux.generated.linux_h.TPACKET_V3;
import static org.gotm.ffm.linux.generated.linux_h.TP_STATUS_KERNEL;
import static org.gotm.ffm.linux.generated.linux_h.TP_STATUS_USER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.bpf.SocketFilter;
import org.gotm.ffm.linux.CaptureMode;
import org.gotm.ffm.linux.PacketSocket;
import org.gotm.ffm.linux.generated.tpacket_req3;

/**
 * A packet socket bound to an interface, with its receive ring mapped into this process: blocks
 * that the kernel fills and the reader gives back, in turn. Hot path. One thread.
 *
 * <p>A block is the reader's from the moment its status says so (read with acquire) until the
 * status is reset (written with release); the reader does so when all its packets are handled. The
 * kernel maps the ring in small pages whatever is asked for: MAP_HUGETLB and MADV_COLLAPSE are
 * refused and MADV_HUGEPAGE has no effect (Linux 6.18), so none of them is tried.
 */
final class PacketRing implements AutoCloseable {
  private static final VarHandle INT = JAVA_INT.varHandle();

  private final PacketSocket socket;
  private final FanoutGroup group;
  private final Arena arena = Arena.ofShared();
  private final long blockBytes;
  private final MemorySegment ring;
  private final RingBlock block;
  private long next;
  private boolean isOpen;
  private long delivered;
  private boolean closed;

  /**
   * Sets everything up before the socket is bound, as packets come from then on.
   *
   * @param interfaceIndex of the interface, 0 for all
   * @param filter what to let through at first, null for all
   * @param group whom to share the packets with, or null
   * @throws PacketSourceException if the kernel refuses, above all if it has no memory for the ring
   */
  PacketRing(
      AfPacketOptions options,
      CaptureMode mode,
      int interfaceIndex,
      SocketFilter filter,
      FanoutGroup group) {
    socket = new PacketSocket(options.interfaceName(), mode);
    this.group = group;
    blockBytes = options.blockBytes();
    try {
      if (filter != null) {
        filter.attachTo(socket);
      }
      ring = map(options, mode);
      block = new RingBlock(ring, blockBytes, mode.isCooked());
      if (options.promiscuous() && interfaceIndex != 0) {
        socket.setPromiscuous(interfaceIndex);
      }
      socket.bind(interfaceIndex);
      if (group != null) {
        group.join(socket, mode);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private MemorySegment map(AfPacketOptions options, CaptureMode mode) {
    int blocks = options.blocks();
    long length = blockBytes * blocks;
    String purpose = "get a ring of buffersize=%d blocksize=%d bytes".formatted(length, blockBytes);
    socket.set(PACKET_VERSION(), TPACKET_V3(), "use a TPACKET_V3 ring");
    if (mode.isCooked()) {
      socket.set(PACKET_RESERVE(), CookedHeader.ROOM, "leave room for headers");
    }
    try (Arena call = Arena.ofConfined()) {
      MemorySegment request = tpacket_req3.allocate(call);
      tpacket_req3.tp_block_size(request, options.blockBytes());
      tpacket_req3.tp_block_nr(request, blocks);
      tpacket_req3.tp_frame_size(request, options.blockBytes());
      tpacket_req3.tp_frame_nr(request, blocks);
      tpacket_req3.tp_retire_blk_tov(request, options.blockTimeoutMillis());
      socket.set(PACKET_RX_RING(), request, purpose);
    }
    return socket.map(length, purpose).reinterpret(arena, null);
  }

  /** The socket, to poll, to filter and to count. */
  PacketSocket socket() {
    return socket;
  }

  /** True if there are packets to {@link #deliver}. */
  boolean isReady() {
    return isOpen
        || ((int) INT.getAcquire(ring, next + RingLayout.BLOCK_STATUS) & TP_STATUS_USER()) != 0;
  }

  /**
   * Hands over all packets of the next block, or those that a handler which failed left of it, and
   * gives the block back.
   *
   * @return the number of packets handed over
   */
  int deliver(PacketBatch batch, BatchHandler handler) {
    RingBlock packets = block;
    if (!isOpen) {
      packets.open(next);
      isOpen = true;
    }
    int count = 0;
    while (!packets.isExhausted()) {
      packets.fill(batch);
      count += batch.count();
      delivered += batch.count();
      handler.onBatch(batch);
    }
    INT.setRelease(ring, next + RingLayout.BLOCK_STATUS, TP_STATUS_KERNEL());
    isOpen = false;
    next = next + blockBytes == ring.byteSize() ? 0 : next + blockBytes;
    return count;
  }

  /** Packets handed over so far. */
  long delivered() {
    return delivered;
  }

  /** Packets so far that were cut because a block holds no more. */
  long cutToBlock() {
    return block.cutToBlock();
  }

  /** Packets so far that could not be read because their block contradicts itself. */
  long malformed() {
    return block.malformed();
  }

  /** Unmaps the ring, whose memory cannot be touched afterwards, and closes the socket. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    arena.close();
    if (ring != null) {
      socket.unmap(MemorySegment.ofAddress(ring.address()).reinterpret(ring.byteSize()));
    }
    if (group != null) {
      group.leave(socket);
    }
    socket.close();
  }
}
