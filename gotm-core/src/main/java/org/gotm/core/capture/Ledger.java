package org.gotm.core.capture;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.gotm.core.source.SourceStats;

/**
 * The account of one worker: every packet is in exactly one bucket.
 *
 * <pre>
 * received  = delivered + dropped + discarded + cut in kernel
 * delivered = kept + cut
 * kept      = written + lost(output full) + lost(write error) + in memory
 * </pre>
 *
 * <p>Thread rule: one writer a {@link Counter}; any thread reads. Readers see each counter whole,
 * but a set of counters only approximately at one moment while the capture runs; after a clean stop
 * the sums match to the packet. Hot path.
 */
public final class Ledger {
  /** A counter a cache line, so that worker and output thread never share one. */
  private static final int STRIDE = Long.BYTES;

  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] counters = new long[(Counter.values().length + 1) * STRIDE];

  private final ClassCounts classes = new ClassCounts();

  /** A ledger with nothing in it. */
  public Ledger() {}

  /** The count now. Any thread. */
  public long get(Counter counter) {
    return (long) LONGS.getOpaque(counters, at(counter));
  }

  /** Adds to a counter. Its one writing thread only. */
  public void add(Counter counter, long amount) {
    int at = at(counter);
    LONGS.setOpaque(counters, at, counters[at] + amount);
  }

  /** Adds to a counter that several threads may add to, such as the output's. Any thread. */
  public void addShared(Counter counter, long amount) {
    LONGS.getAndAdd(counters, at(counter), amount);
  }

  /** Sets a counter to a total that is kept elsewhere. Its one writing thread only. */
  public void set(Counter counter, long total) {
    LONGS.setOpaque(counters, at(counter), total);
  }

  /**
   * Adds what a source has counted since an earlier reading. The worker only.
   *
   * @param now the totals of the source
   * @param before its totals when they were last added, all zero at first
   */
  public void addSince(SourceStats before, SourceStats now) {
    add(Counter.RECEIVED, now.received - before.received);
    add(Counter.DROPPED, now.dropped - before.dropped);
    add(Counter.DISCARDED, now.discarded - before.discarded);
    add(Counter.CUT_IN_KERNEL, now.cut - before.cut);
    add(Counter.BYTES, now.cutBytes - before.cutBytes);
    set(Counter.FLOWS_CUT_IN_KERNEL, now.flowsArmed);
    set(Counter.KERNEL_CUT_ON, now.cutIsOn);
    add(Counter.INTERFACE_DROPPED, now.interfaceDropped - before.interfaceDropped);
    for (int i = 0; i < SourceStats.MAX_EXTRA; i++) {
      add(Counter.extra(i), now.extra[i] - before.extra[i]);
    }
  }

  /**
   * Notes that the disk keeps packets that were {@link Counter#UNSYNCED}. Any thread.
   *
   * @param packets how many; no more than are unsynced are taken
   */
  public void noteSynced(long packets) {
    takeUnsynced(packets);
  }

  /**
   * Books as lost what was written and what the disk is not known to keep. Any thread; who books
   * the same packets again, or finds them synced too late, changes nothing.
   *
   * @param packets how many; no more than are unsynced are lost
   */
  public void loseUnsynced(long packets) {
    addShared(Counter.LOST_SYNC_ERROR, takeUnsynced(packets));
  }

  private long takeUnsynced(long most) {
    int at = at(Counter.UNSYNCED);
    long before;
    long taken;
    do {
      before = (long) LONGS.getVolatile(counters, at);
      taken = Math.min(most, before);
    } while (!LONGS.compareAndSet(counters, at, before, before - taken));
    return taken;
  }

  /** Adds all counters of another ledger, to make a total of several workers. */
  public void addAll(Ledger other) {
    for (Counter counter : Counter.values()) {
      add(counter, other.get(counter));
    }
    classes.addAll(other.classes);
  }

  /** What is known of each class of traffic; nothing as long as there is only one. */
  public ClassCounts classes() {
    return classes;
  }

  /** Packets that were seen: delivered, or cut in the kernel. */
  public long seen() {
    return get(Counter.DELIVERED) + get(Counter.CUT_IN_KERNEL);
  }

  /** Received packets that are in no other bucket. */
  public long missing() {
    return get(Counter.RECEIVED) - seen() - get(Counter.DROPPED) - get(Counter.DISCARDED);
  }

  /** Kept packets that are in a file, and not known to be lost from it. */
  public long written() {
    return get(Counter.WRITTEN) - get(Counter.LOST_SYNC_ERROR);
  }

  /** Kept packets that writing has lost, before or after they were in a file. */
  public long lostToWriteErrors() {
    return get(Counter.LOST_WRITE_ERROR) + get(Counter.LOST_SYNC_ERROR);
  }

  /**
   * Kept packets that are neither written nor lost yet. Below 0 for a moment when packets of a
   * batch are written before the whole batch is booked as kept.
   */
  public long inMemory() {
    long out = get(Counter.WRITTEN) + get(Counter.LOST_OUTPUT_FULL) + get(Counter.LOST_WRITE_ERROR);
    return get(Counter.KEPT) - out;
  }

  /** True when every packet is in exactly one bucket and none is still in memory. */
  public boolean isBalanced() {
    return missing() == 0
        && get(Counter.DELIVERED) == get(Counter.KEPT) + get(Counter.CUT)
        && inMemory() == 0;
  }

  /** The whole account in one line of {@code name=value} pairs. */
  @Override
  public String toString() {
    return "received=%d dropped=%d discarded=%d ifdropped=%d cut_in_kernel=%d delivered=%d kept=%d cut=%d written=%d lost_output_full=%d lost_write_error=%d in_memory=%d balanced=%s"
        .formatted(
            get(Counter.RECEIVED),
            get(Counter.DROPPED),
            get(Counter.DISCARDED),
            get(Counter.INTERFACE_DROPPED),
            get(Counter.CUT_IN_KERNEL),
            get(Counter.DELIVERED),
            get(Counter.KEPT),
            get(Counter.CUT),
            written(),
            get(Counter.LOST_OUTPUT_FULL),
            lostToWriteErrors(),
            inMemory(),
            isBalanced() ? "yes" : "no");
  }

  private static int at(Counter counter) {
    return (counter.ordinal() + 1) * STRIDE;
  }
}
