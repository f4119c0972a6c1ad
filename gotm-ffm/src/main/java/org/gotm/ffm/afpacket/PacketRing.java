package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.gotm.ffm.linux.generated.linux_h.MAP_SHARED;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_RESERVE;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_RX_RING;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_VERSION;
import static org.gotm.ffm.linux.generated.linux_h.PROT_READ;
import static org.gotm.ffm.linux.generated.linux_h.PROT_WRITE;
import static org.gotm.ffm.linux.generated.linux_h.TPACKET_V3;
import static org.gotm.ffm.linux.generated.linux_h.TP_STATUS_KERNEL;
import static org.gotm.ffm.linux.generated.linux_h.TP_STATUS_USER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.libc.Libc;
import org.gotm.ffm.linux.generated.tpacket_req3;

/**
 * The receive ring of a packet socket, mapped into this process: blocks that the kernel fills and
 * the reader gives back, in turn. Hot path. One thread.
 *
 * <p>A block is the reader's from the moment its status says so (read with acquire) until the
 * status is reset (written with release); the reader does so when all its packets are handled. The
 * kernel maps the ring in small pages whatever is asked for: MAP_HUGETLB and MADV_COLLAPSE are
 * refused and MADV_HUGEPAGE has no effect (Linux 6.18), so none of them is tried.
 */
final class PacketRing implements AutoCloseable {
  private static final VarHandle INT = JAVA_INT.varHandle();

  private final Libc libc;
  private final Arena arena;
  private final MemorySegment ring;
  private final RingBlock block;
  private final long blockBytes;
  private long next;
  private boolean isOpen;
  private long delivered;

  /**
   * Gives a socket a ring; it must not have one, nor be bound.
   *
   * @throws PacketSourceException if the kernel has no memory for it
   */
  PacketRing(PacketSocket socket, AfPacketOptions options, CaptureMode mode) {
    libc = socket.libc();
    blockBytes = options.blockBytes();
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
    long address = libc.mmap(length, PROT_READ() | PROT_WRITE(), MAP_SHARED(), socket.fd(), 0);
    socket.check((int) Math.min(address, 0), purpose);
    arena = Arena.ofShared();
    ring = MemorySegment.ofAddress(address).reinterpret(length, arena, null);
    block = new RingBlock(ring, blockBytes, mode.isCooked());
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

  /** Packets so far that could not be read because their block contradicts itself. */
  long malformed() {
    return block.malformed();
  }

  /** Unmaps the ring; its memory cannot be touched afterwards. */
  @Override
  public void close() {
    arena.close();
    libc.munmap(MemorySegment.ofAddress(ring.address()).reinterpret(ring.byteSize()));
  }
}
