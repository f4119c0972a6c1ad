package org.gotm.ffm.pcap;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.bpf.SocketFilter;
import org.gotm.ffm.linux.EventFd;
import org.gotm.ffm.linux.Libc;
import org.gotm.ffm.linux.PacketSocket;
import org.gotm.ffm.linux.generated.linux_h;

/**
 * One capture by libpcap, from its activation over reading to the draining of its ring. Hot path.
 *
 * <p>Reads do not block; waiting is done here, together with an eventfd. A libpcap that has no
 * descriptor to wait for (Myricom's) blocks for its timeout instead, and is woken by
 * pcap_breakloop.
 *
 * <p>One thread, but {@link #wakeup} from any.
 */
final class PcapCapture implements AutoCloseable {
  private static final SocketFilter NOTHING = SocketFilter.keep(0);
  private static final int PACKETS_A_POLL = 4096;
  private static final int WAIT_MILLIS = 100;
  private static final int DRAIN_WAIT_MILLIS = 10;
  private static final long BLOCK_NANOS = TimeUnit.MILLISECONDS.toNanos(PcapHandle.TIMEOUT_MILLIS);
  private static final long DRAIN_NANOS = 4 * BLOCK_NANOS;
  private static final short POLLIN = (short) linux_h.POLLIN();
  private static final long FD = 0;
  private static final long EVENTS = 4;

  private final Arena arena = Arena.ofShared();
  private final Libc libc = new Libc(arena);
  private final MemorySegment waits = arena.allocate(Libc.POLLFD, 2);
  private final PcapHandle handle;
  private final PcapDispatcher dispatcher;
  private final PcapCounters counters;
  private final EventFd event;
  private final int fd;
  private final PacketSocket socket;
  private String error;
  private boolean draining;
  private long drainSinceNanos;
  private long lastPacketNanos;
  private boolean counted;
  private long leftToDrain = Long.MAX_VALUE;
  private boolean closed;

  /**
   * Takes over an active handle.
   *
   * @param name of the interface, for messages
   * @param event ends a wait; it is not closed here
   */
  PcapCapture(
      String name,
      PcapHandle handle,
      PcapDispatcher dispatcher,
      PcapCounters counters,
      EventFd event) {
    this.handle = handle;
    this.dispatcher = dispatcher;
    this.counters = counters;
    this.event = event;
    fd = handle.selectableFd();
    socket = PacketSocket.borrowed(name, fd);
    setWait(0, fd);
    setWait(Libc.POLLFD.byteSize(), event.fd());
  }

  private void setWait(long at, int waitFd) {
    waits.set(JAVA_INT, at + FD, waitFd);
    waits.set(JAVA_SHORT, at + EVENTS, POLLIN);
  }

  /** The socket that libpcap captures with, for what libpcap does not do; may be none at all. */
  PacketSocket socket() {
    return socket;
  }

  /** Hands over what is there, waiting for it a bounded time. */
  int poll(BatchHandler handler) {
    int packets = dispatch(handler);
    if (packets == 0 && fd >= 0) {
      await(draining ? DRAIN_WAIT_MILLIS : WAIT_MILLIS);
      packets = dispatch(handler);
    }
    return packets;
  }

  private int dispatch(BatchHandler handler) {
    int count = (int) Math.min(PACKETS_A_POLL, leftToDrain);
    if (count == 0) {
      return 0;
    }
    int result = 0;
    try {
      result = dispatcher.dispatch(handle, count, handler);
    } finally {
      int packets = dispatcher.packets();
      counters.addDelivered(packets);
      if (draining && packets > 0) {
        leftToDrain -= packets;
        lastPacketNanos = System.nanoTime();
      }
    }
    error = result < 0 && result != PcapHandle.BROKEN_OFF ? handle.error() : null;
    return dispatcher.packets();
  }

  private void await(int millis) {
    libc.poll(waits, 2, millis);
    if (waits.get(JAVA_SHORT, Libc.POLLFD.byteSize() + EVENTS + Short.BYTES) != 0) {
      event.clear();
    }
  }

  /** What libpcap said if the last read failed, or null. */
  String error() {
    return error;
  }

  /** Ends a wait, or the next one. Any thread. */
  void wakeup() {
    event.signal();
    if (fd < 0) {
      breakLoop();
    }
  }

  private synchronized void breakLoop() {
    if (!closed) {
      handle.breakLoop();
    }
  }

  /**
   * Takes no new packets. Where the kernel cannot be told so, those received until now are all that
   * count: so many are still handed over.
   */
  void stop() {
    if (!draining) {
      drain();
      if (fd < 0 || !rejectAll()) {
        readStats();
        counted = true;
        leftToDrain = Math.max(0, counters.outstanding());
      }
    }
  }

  /** Takes no more packets; those in the ring stay there, unlike with a new filter by libpcap. */
  private boolean rejectAll() {
    try {
      NOTHING.attachTo(socket);
      return true;
    } catch (PacketSourceException e) {
      return false; // no packet socket: what was received until now is counted instead
    }
  }

  /** No new packets can come: from now on only what is in the ring is waited for. */
  void drain() {
    draining = true;
    drainSinceNanos = System.nanoTime();
    lastPacketNanos = drainSinceNanos;
  }

  boolean isDraining() {
    return draining;
  }

  /**
   * True when nothing is left in the ring. Every packet received is accounted for, after the time
   * in which the kernel hands over a block that is not full; or none came for some times as long,
   * which is so when libpcap discards some of them.
   */
  boolean isDrained() {
    if (leftToDrain == 0) {
      return true;
    }
    readStats();
    long now = System.nanoTime();
    return now - drainSinceNanos >= BLOCK_NANOS
        && (counters.outstanding() <= 0 || now - lastPacketNanos >= DRAIN_NANOS);
  }

  /** Brings the counters up to date. */
  void readStats() {
    if (!counted) {
      handle.readStats(counters);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    handle.close();
    socket.close();
    arena.close();
  }
}
