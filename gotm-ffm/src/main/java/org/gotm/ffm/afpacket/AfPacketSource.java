package org.gotm.ffm.afpacket;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.CutOffload;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.core.source.SourceStats;
import org.gotm.ffm.bpf.FilterPrograms;
import org.gotm.ffm.bpf.SocketFilter;
import org.gotm.ffm.ebpf.BpfException;
import org.gotm.ffm.ebpf.UnsupportedFilterException;
import org.gotm.ffm.kernelcut.KernelCut;
import org.gotm.ffm.kernelcut.KernelCutMode;
import org.gotm.ffm.kernelcut.KernelCutOptions;
import org.gotm.ffm.linux.CaptureMode;
import org.gotm.ffm.linux.InterfaceWatch;

/**
 * Packets from a network interface, read where the Linux kernel has put them: in the ring of an
 * AF_PACKET socket. Hot path.
 *
 * <p>A {@link #poll} hands over one block of the ring in batches; the block goes back to the kernel
 * after the last of them. There is no system call, copy or allocation per packet, only a poll(2)
 * when no block is ready. A source on an interface that goes down waits until it comes up. If the
 * interface is removed, or moved to another network namespace, and one of its name comes up, the
 * source goes on with that one, and its counters go on too. Twice a second it looks how the
 * interface is, which {@link #error} tells.
 *
 * <p>Memory of a batch may be touched until the handler returns, and never after {@link #close}.
 */
public final class AfPacketSource implements PacketSource {
  /**
   * {@code ring_freezes}: how often the kernel found the ring full; {@code malformed}: packets that
   * could not be read; {@code changeovers}: how often the interface was replaced by another of the
   * same name; {@code cut_to_block}: packets that are cut because they do not fit into a block;
   * {@code kernel_cut_switches}: how often cutting flows in the kernel began or ended; {@code
   * kernel_cut_refusals}: flows that there was no room for there.
   */
  public static final List<String> EXTRA_COUNTERS =
      List.of(
          "ring_freezes",
          "malformed",
          "changeovers",
          "cut_to_block",
          "kernel_cut_switches",
          "kernel_cut_refusals");

  private static final int WAIT_MILLIS = 100;
  private static final int DRAIN_WAIT_MILLIS = 10;
  private static final long LONGEST_DRAIN_NANOS = 2_000_000_000;
  private static final SocketFilter NOTHING = SocketFilter.keep(0);

  private final AfPacketOptions options;
  private final FanoutGroup group;
  private final PacketBatch batch = new PacketBatch(PacketBatch.DEFAULT_CAPACITY);
  private final RingStatistics totals = new RingStatistics();
  private final BlockPacing pacing;
  private final PollSet polls;
  private final InterfaceWatch watch;
  private final InterfaceHealth health;
  private final CaptureMode mode;
  private final InterfaceDrops drops;
  private final SocketFilter filter;
  private final KernelCut kernelCut;
  private PacketRing ring;
  private long deliveredBefore;
  private long malformedBefore;
  private long cutToBlockBefore;
  private long changeovers;
  private boolean stopping;
  private boolean ended;
  private boolean closed;
  private long drainDeadline;

  /**
   * Opens a source.
   *
   * @param group whom to share the packets with, or null; a member lets nothing through before
   *     {@link #admit}
   * @param isFirst true if it is up to this source to report what concerns its whole group, such as
   *     what the interface drops
   * @param notes takes a line if flows cannot be cut in the kernel, now or later; the polling
   *     thread calls it then
   */
  AfPacketSource(
      AfPacketOptions options, FanoutGroup group, boolean isFirst, Consumer<String> notes) {
    this.options = options;
    this.group = group;
    pacing = new BlockPacing(options.blocks());
    polls = new PollSet();
    try {
      watch = InterfaceWatch.of(options.interfaceName());
      health = new InterfaceHealth(watch, options.interfaceName());
      mode = watch.mode();
      drops = isFirst ? InterfaceDrops.of(InterfaceWatch.ownName(options.interfaceName())) : null;
      filter = FilterPrograms.forSocket(options.filter(), options.snaplen(), watch.seesLoopback());
      connect(group == null ? filter : NOTHING);
      kernelCut = kernelCut(isFirst, notes);
      if (group == null) {
        beginKernelCut();
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private KernelCut kernelCut(boolean isFirst, Consumer<String> notes) {
    KernelCutOptions wanted = options.kernelCut();
    if (wanted.mode() == KernelCutMode.OFF) {
      return null;
    }
    String obstacle;
    try {
      return KernelCut.open(
          wanted, mode, filter, line -> notes.accept("if=" + name() + ": " + line));
    } catch (BpfException | UnsupportedFilterException | IllegalArgumentException e) {
      obstacle = e.getMessage();
    }
    requireNoKernelCut(obstacle);
    if (isFirst) {
      notes.accept("if=%s: flows are not cut in the kernel: %s".formatted(name(), obstacle));
    }
    return null;
  }

  /**
   * Starts to capture.
   *
   * @throws PacketSourceException if the interface is missing, not up or of an unknown kind, the
   *     process may not capture, or there is no memory for the ring
   */
  public static AfPacketSource open(AfPacketOptions options) {
    return open(options, note -> {});
  }

  /**
   * Starts to capture.
   *
   * @param notes takes a line if flows cannot be cut in the kernel, though that was asked for
   * @throws PacketSourceException as above
   */
  public static AfPacketSource open(AfPacketOptions options, Consumer<String> notes) {
    return new AfPacketSource(options, null, true, notes);
  }

  private void connect(SocketFilter first) {
    int index = watch.indexNow();
    ring = new PacketRing(options, mode, index, first, group);
    watch.follow(index);
    polls.setSocket(ring.socket().fd());
  }

  /** Lets packets through once all members of its group are there. */
  void admit() {
    if (filter == null) {
      ring.socket().detachFilter();
    } else {
      filter.attachTo(ring.socket());
    }
    beginKernelCut();
  }

  private void beginKernelCut() {
    if (kernelCut != null) {
      kernelCut.follow(ring.socket());
      if (kernelCut.obstacle() != null) {
        requireNoKernelCut(kernelCut.obstacle());
      }
    }
  }

  /** What cannot be had is a reason not to begin, unless it need not be. */
  private void requireNoKernelCut(String obstacle) {
    KernelCutMode wanted = options.kernelCut().mode();
    if (wanted != KernelCutMode.AUTO) {
      throw new PacketSourceException(
          "interface=%s kernelcut=%s: cannot cut flows in the kernel: %s"
              .formatted(name(), wanted.name().toLowerCase(Locale.ROOT), obstacle));
    }
  }

  @Override
  public String name() {
    return options.interfaceName();
  }

  @Override
  public int linkType() {
    return mode.linkType();
  }

  @Override
  public boolean isLive() {
    return true;
  }

  @Override
  public int poll(BatchHandler handler) {
    if (ended) {
      return END;
    }
    if (!ring.isReady()) {
      if (isDrained()) {
        return afterDrain();
      }
      boolean woken = letBlocksGather();
      if (!woken && !ring.isReady()) {
        await();
      }
      if (!ring.isReady()) {
        return 0;
      }
    }
    if (health.isDue()) {
      checkInterface();
    }
    pacing.countBlock();
    return ring.deliver(batch, handler);
  }

  /** Sleeps a little if more blocks are soon to come; true if it was woken. */
  private boolean letBlocksGather() {
    int millis = pacing.sleepMillis(System.nanoTime());
    return millis > 0 && !isDraining() && polls.sleep(millis);
  }

  /** Waits for a block, a wake-up or trouble. */
  private void await() {
    boolean hasError = polls.await(isDraining() ? DRAIN_WAIT_MILLIS : WAIT_MILLIS);
    if (hasError) {
      ring.socket().takeError();
    }
    if (hasError || health.error() != null) {
      checkInterface();
    }
  }

  private void checkInterface() {
    boolean hadSuccessor = health.hasSuccessor();
    health.look(ring.socket());
    if (!hadSuccessor && health.hasSuccessor()) {
      drainDeadline = System.nanoTime() + LONGEST_DRAIN_NANOS;
    }
  }

  private boolean isDraining() {
    return stopping || health.hasSuccessor();
  }

  /** True if nothing more can come out of the ring, or it has been waited for long enough. */
  private boolean isDrained() {
    if (!isDraining()) {
      return false;
    }
    totals.addFrom(ring.socket());
    return totals.received() == delivered() + malformed() + totals.dropped()
        || System.nanoTime() - drainDeadline > 0;
  }

  private int afterDrain() {
    if (stopping) {
      ended = true;
      return END;
    }
    try {
      changeOver();
      health.changedOver(ring.socket());
    } catch (PacketSourceException e) {
      health.couldNotChangeOver(e.getMessage());
    }
    return 0;
  }

  private void changeOver() {
    if (!watch.mode().equals(mode)) {
      throw new PacketSourceException(
          "interface %s was removed, its successor is of another kind; restart to capture from it"
              .formatted(name()));
    }
    PacketRing old = ring;
    connect(filter);
    deliveredBefore += old.delivered();
    malformedBefore += old.malformed();
    cutToBlockBefore += old.cutToBlock();
    changeovers++;
    if (kernelCut != null) {
      kernelCut.follow(ring.socket());
    }
    old.close();
  }

  private long delivered() {
    return deliveredBefore + ring.delivered();
  }

  private long malformed() {
    return malformedBefore + ring.malformed();
  }

  /**
   * Lets no more packets into the ring. Those in it come out of the next polls, the last after the
   * block timeout; {@link #END} comes when as many were handed over as the kernel says it received.
   */
  @Override
  public void stop() {
    if (!stopping) {
      if (kernelCut != null) {
        kernelCut.leave();
      }
      NOTHING.attachTo(ring.socket());
      stopping = true;
      drainDeadline = System.nanoTime() + LONGEST_DRAIN_NANOS;
    }
  }

  @Override
  public void wakeup() {
    polls.wakeup();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Packets that could not be read, because their block contradicts itself, are among those
   * discarded. After {@link #END} the totals stay as they are.
   */
  @Override
  public void readStats(SourceStats stats) {
    if (!ended) {
      totals.addFrom(ring.socket());
      checkInterface();
    }
    readKernelCut(stats);
    stats.received = totals.received() + stats.cut;
    stats.dropped = totals.dropped();
    stats.discarded = malformed();
    stats.interfaceDropped = drops == null ? 0 : drops.total();
    stats.extra[0] = totals.freezes();
    stats.extra[1] = malformed();
    stats.extra[2] = changeovers;
    stats.extra[3] = cutToBlockBefore + ring.cutToBlock();
  }

  private void readKernelCut(SourceStats stats) {
    if (kernelCut != null) {
      stats.cut = kernelCut.totalPackets();
      stats.cutBytes = kernelCut.totalBytes();
      stats.flowsArmed = kernelCut.armed();
      stats.cutIsOn = kernelCut.isOn() ? 1 : 0;
      stats.extra[4] = kernelCut.switches();
      stats.extra[5] = kernelCut.refused();
    }
  }

  @Override
  public CutOffload cutOffload() {
    return kernelCut;
  }

  /** As {@link #EXTRA_COUNTERS}. */
  @Override
  public List<String> extraCounters() {
    return EXTRA_COUNTERS;
  }

  @Override
  public String error() {
    return health.error();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    ended = true;
    if (ring != null) {
      ring.close();
    }
    if (watch != null) {
      watch.close();
    }
    polls.close();
    if (kernelCut != null) {
      kernelCut.close();
    }
  }
}
