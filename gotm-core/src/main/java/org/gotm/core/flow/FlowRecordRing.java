package org.gotm.core.flow;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.gotm.core.memory.NativeMemory;

/**
 * Flow records on their way from a capture thread to whoever stores them: a ring in native memory
 * of a fixed size, as {@link FlowRecordLayout} draws each.
 *
 * <p>A record for which there is no room is lost, and counted: the capture never waits, but where
 * packets are no longer lost by it. Thread rule: one thread writes, the cutter's, and one reads.
 */
public final class FlowRecordRing {
  private static final VarHandle WRITTEN;
  private static final VarHandle READ;
  private static final VarHandle LOST;
  private static final long PAUSE_NANOS = 1_000_000;
  private static final long PATIENCE_NANOS = 5_000_000_000L;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WRITTEN = lookup.findVarHandle(FlowRecordRing.class, "written", long.class);
      READ = lookup.findVarHandle(FlowRecordRing.class, "read", long.class);
      LOST = lookup.findVarHandle(FlowRecordRing.class, "lost", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final MemorySegment memory;
  private final int mask;
  private final int interfaceNumber;
  private final long firstNumber;
  private final boolean waits;
  private volatile boolean isClosed;

  @SuppressWarnings("unused") // through its handle
  private long written;

  @SuppressWarnings("unused")
  private long read;

  @SuppressWarnings("unused")
  private long lost;

  /**
   * An empty ring.
   *
   * @param capacity records that fit, a power of two
   * @param interfaceNumber what the records call their interface, 0 to 65535
   * @param worker tells the numbers of this ring's flows from those of others, 0 to 32767
   * @param waits true to wait for room: for a reader of files, whose packets wait with it
   * @param allocator gives memory that outlives the ring
   */
  public FlowRecordRing(
      int capacity, int interfaceNumber, int worker, boolean waits, SegmentAllocator allocator) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException("capacity=%d: not a power of two".formatted(capacity));
    }
    memory = allocator.allocate((long) capacity * FlowRecordLayout.LENGTH, Long.BYTES);
    mask = capacity - 1;
    this.interfaceNumber = interfaceNumber;
    this.firstNumber = (long) worker << 48;
    this.waits = waits;
  }

  /** Number of the interface. */
  int interfaceNumber() {
    return interfaceNumber;
  }

  /** The number before that of the first flow. */
  long firstNumber() {
    return firstNumber;
  }

  /** Records that fit. */
  int capacity() {
    return mask + 1;
  }

  /** True if at least half of it is free: then there is room for what can wait, too. */
  boolean isHalfFree() {
    return (long) WRITTEN.get(this) - (long) READ.getAcquire(this) <= mask >> 1;
  }

  /** Where the next record goes; 0, and the record is lost, if there is no room. */
  long claim() {
    long next = (long) WRITTEN.get(this);
    if (!hasRoom(next) && !(waits && awaitRoom(next))) {
      LOST.setOpaque(this, (long) LOST.get(this) + 1);
      return 0;
    }
    long offset = (next & mask) * FlowRecordLayout.LENGTH;
    return NativeMemory.address(memory.address() + offset);
  }

  private boolean hasRoom(long next) {
    return next - (long) READ.getAcquire(this) <= mask;
  }

  private boolean awaitRoom(long next) {
    await(() -> hasRoom(next));
    return hasRoom(next);
  }

  /** Waits until half of it is free, as long as somebody reads. */
  void awaitHalf() {
    if (!isHalfFree()) {
      await(this::isHalfFree);
    }
  }

  /** Who reads nothing for a while is waited for no longer. */
  private void await(BooleanSupplier condition) {
    long before = (long) READ.getAcquire(this);
    long since = System.nanoTime();
    while (!condition.getAsBoolean() && !isClosed && System.nanoTime() - since < PATIENCE_NANOS) {
      LockSupport.parkNanos(PAUSE_NANOS);
      long now = (long) READ.getAcquire(this);
      since = now == before ? since : System.nanoTime();
      before = now;
    }
  }

  /** The record that was claimed is complete. */
  void publish() {
    WRITTEN.setRelease(this, (long) WRITTEN.get(this) + 1);
  }

  /**
   * Records that can be read now, in the order in which they were written; not all of them if they
   * go round the end of the ring. The reader's thread.
   *
   * @return their memory, valid until they are {@link #release released}; empty if there are none
   */
  public MemorySegment readable() {
    long from = (long) READ.get(this);
    long first = from & mask;
    long count = Math.min((long) WRITTEN.getAcquire(this) - from, mask + 1 - first);
    return memory.asSlice(first * FlowRecordLayout.LENGTH, count * FlowRecordLayout.LENGTH);
  }

  /** Gives the place of the first records of {@link #readable} back. The reader's thread. */
  public void release(long records) {
    READ.setRelease(this, (long) READ.get(this) + records);
  }

  /** Nobody reads any more: what comes is lost, and who waits for room waits no longer. */
  public void close() {
    isClosed = true;
  }

  /** Records that are not read yet. Any thread. */
  public long waiting() {
    return (long) WRITTEN.getAcquire(this) - (long) READ.getAcquire(this);
  }

  /** Records that found no room. Any thread. */
  public long lost() {
    return (long) LOST.getOpaque(this);
  }

  /** Records that found room. Any thread. */
  public long records() {
    return (long) WRITTEN.getOpaque(this);
  }
}
