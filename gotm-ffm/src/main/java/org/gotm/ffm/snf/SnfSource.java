package org.gotm.ffm.snf;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.gotm.core.packet.LinkType;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.core.source.SourceStats;
import org.gotm.ffm.linux.Errno;

/**
 * Packets of one ring of SNF, read where the NIC has put them. Hot path.
 *
 * <p>The rings of a port are opened together by {@link #openRings}; closing the last of them gives
 * the port back to the kernel, which receives nothing from it meanwhile. All frames come, there is
 * no promiscuous mode to ask for and no filter: wrap the source to have one. VLAN tags stay where
 * they are in the frame, and a packet is never cut short.
 *
 * <p>A batch is dead as soon as the handler comes back: see {@link SnfHandover} for how this is
 * made sure of. Nothing wakes a thread that waits in the library; so it never waits for longer than
 * 20 ms, which is how late {@link #wakeup} may be.
 *
 * <p>Statistics: {@code dropped} is what this ring had no room for. {@code received} is what went
 * into the ring, as the library counts, plus {@code dropped}; since the library's count lags
 * behind, it is never taken to be less than what was handed over. What the whole port counts
 * ({@code interfaceDropped}, and the counters whose names begin with {@code nic} or {@code shared})
 * is told by the first of the rings, and is 0 for the others, so that sums over rings are right.
 *
 * <p>The library knows no way to close one ring to new packets. So {@link #stop} notes what the
 * ring holds and what was counted until then; so much is drained, what comes later is neither
 * delivered nor counted, and if the library promised more than came out, that is {@code discarded}.
 */
public final class SnfSource implements PacketSource {
  /**
   * {@code ring_received}: packets that went into the ring; {@code unstamped}: packets that the
   * host stamped, as the board had not; of the whole port {@code nic_received}, {@code nic_bytes},
   * {@code nic_overflow}, {@code nic_bad} and {@code nic_filtered}, as the board counts, and {@code
   * shared_overflow}, what the memory of all rings had no room for.
   */
  public static final List<String> EXTRA_COUNTERS = SnfCounters.EXTRA;

  /** The longest wait for a packet, in milliseconds. */
  static final int WAIT_MILLIS = 20;

  private static final long CLOSE_PARK_NANOS = 1_000_000;

  private final String name;
  private final SnfDevice device;
  private final MemorySegment ring;
  private final SnfHandover handover;
  private final SnfCounters counters;
  private final AtomicReference<Thread> inside = new AtomicReference<>();
  private SnfReceiver receiver;
  private SnfDrain drain;
  private volatile boolean woken;
  private volatile boolean closed;

  private SnfSource(SnfOptions options, SnfDevice device, int index, LongSupplier hostClock) {
    name = options.name();
    this.device = device;
    ring = device.rings().get(index);
    handover = new SnfHandover(name, hostClock);
    counters = new SnfCounters(name, ring, index == 0, device.arena());
    receiver =
        options.receiveMany() && device.canLendMany()
            ? new SnfBorrowReceiver(name, ring, handover, device.arena())
            : new SnfPlainReceiver(ring, handover, device.arena());
  }

  /**
   * Opens a port of SNF and its rings, one source each, and lets packets in.
   *
   * @return the sources in the order of their rings; each is to be polled by a thread of its own,
   *     and all are to be closed
   * @throws PacketSourceException if the library is missing, or the port or a ring cannot be
   *     opened; nothing stays open then
   */
  public static List<SnfSource> openRings(SnfOptions options) {
    return openRings(options, System.getenv(), SnfHandover.HOST_CLOCK);
  }

  /**
   * @param variables of the process; other ones do not change what the library reads
   * @param hostClock nanoseconds since 1970 UTC, for packets without a timestamp
   */
  static List<SnfSource> openRings(
      SnfOptions options, Map<String, String> variables, LongSupplier hostClock) {
    SnfEnvironment environment = new SnfEnvironment(variables);
    SnfOptions resolved = environment.resolve(options);
    SnfDevice device = SnfDevice.open(SnfLibrary.load(), resolved, environment);
    try {
      List<SnfSource> sources = new ArrayList<>();
      for (int i = 0; i < resolved.rings(); i++) {
        sources.add(new SnfSource(resolved, device, i, hostClock));
      }
      device.start();
      return List.copyOf(sources);
    } catch (PacketSourceException e) {
      device.closeAfter(e);
      throw e;
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int linkType() {
    return LinkType.ETHERNET;
  }

  @Override
  public boolean isLive() {
    return true;
  }

  @Override
  public int poll(BatchHandler handler) {
    if (!enter()) {
      return END;
    }
    try {
      return drain != null
          ? drain(handler)
          : Math.max(0, receive(timeoutMillis(), PacketBatch.DEFAULT_CAPACITY, handler));
    } finally {
      inside.set(null);
    }
  }

  /**
   * Marks the thread that calls the library about this ring, for {@link #close} to wait for it.
   *
   * @return false if the ring is closed
   */
  private boolean enter() {
    Thread other = inside.compareAndExchange(null, Thread.currentThread());
    if (other != null) {
      throw new IllegalStateException(
          "interface=%s: a ring is for one thread, but %s and %s use it"
              .formatted(name, other, Thread.currentThread()));
    }
    if (closed) {
      inside.set(null);
      return false;
    }
    return true;
  }

  private int timeoutMillis() {
    if (woken) {
      woken = false;
      return 0;
    }
    return WAIT_MILLIS;
  }

  /** Packets, or why there are none now as a negative number; anything else ends the source. */
  private int receive(int timeoutMillis, int limit, BatchHandler handler) {
    if (!receiver.isUsable()) {
      receiver = new SnfPlainReceiver(ring, handover, device.arena());
    }
    int answer = receiver.receive(timeoutMillis, limit, handler);
    if (answer >= 0 || SnfLibrary.isNothing(-answer)) {
      return answer;
    }
    if (!receiver.isUsable()) {
      return -Errno.EINTR;
    }
    throw SnfFailure.of(name, "receiving", -answer);
  }

  private int drain(BatchHandler handler) {
    int limit = drain.limit();
    if (limit == 0) {
      return END;
    }
    long packets = handover.packets();
    long bytes = handover.bytes();
    int answer = receive(0, limit, handler);
    if (answer < 0) {
      drain.tookNone(-answer);
      return 0;
    }
    drain.took(handover.packets() - packets, handover.bytes() - bytes);
    return answer;
  }

  @Override
  public void stop() {
    if (drain == null && enter()) {
      try {
        counters.read();
        long packets = counters.ringReceived() - handover.packets();
        drain = new SnfDrain(packets, device.waitingBytes(ring), device.ringBytes());
      } finally {
        inside.set(null);
      }
    }
  }

  @Override
  public void wakeup() {
    woken = true;
  }

  @Override
  public void readStats(SourceStats stats) {
    if (drain == null && enter()) {
      try {
        counters.read();
      } finally {
        inside.set(null);
      }
    }
    boolean isOver = closed || drain != null && drain.limit() == 0;
    counters.fill(stats, handover.packets(), handover.unstamped(), isOver);
  }

  @Override
  public List<String> extraCounters() {
    return EXTRA_COUNTERS;
  }

  @Override
  public String error() {
    return device.error();
  }

  /** What the clock follows that stamps the packets of this port. Any thread. */
  public SnfTimeSource timeSource() {
    return device.timeSource();
  }

  /** True if packets come as many at a time as there are; known after the first one. */
  boolean lendsMany() {
    return receiver instanceof SnfBorrowReceiver;
  }

  /**
   * Closes the ring, and the port with its last ring. Waits for a {@link #poll} that another thread
   * is in; what that thread polls next answers {@link #END}.
   *
   * @throws PacketSourceException if the library does not close it
   */
  @Override
  public void close() {
    if (inside.get() == Thread.currentThread()) {
      throw new IllegalStateException(
          "interface=%s: closed by the handler of its own packets".formatted(name));
    }
    synchronized (device) {
      if (closed) {
        return;
      }
      closed = true;
    }
    while (inside.get() != null) {
      LockSupport.parkNanos(CLOSE_PARK_NANOS);
    }
    device.closeRing(ring);
  }
}
