package org.gotm.store.order;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import org.gotm.core.chunk.Chunk;

/**
 * Chunks on their way from many workers to one output thread. It has a slot for every chunk of the
 * pool, so it is never full and nobody waits. Never allocates. Slots are volatile, so that a look
 * into the queue stays behind the {@link Wakeup#await} before it.
 *
 * <p>Thread rule: any thread offers; one thread at a time polls.
 */
public final class ChunkQueue {
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Chunk[].class);

  private final Chunk[] slots;
  private final AtomicLong tail = new AtomicLong();
  private volatile long head;

  /** A queue for all chunks of a pool of {@code chunks}. */
  public ChunkQueue(int chunks) {
    slots = new Chunk[Integer.highestOneBit(chunks) << 1];
  }

  /** Appends a chunk, which must not be in the queue already. */
  public void offer(Chunk chunk) {
    SLOT.setVolatile(slots, at(tail.getAndIncrement()), chunk);
  }

  /** The oldest chunk, or null if there is none. */
  public Chunk poll() {
    long first = head;
    Chunk chunk = (Chunk) SLOT.getVolatile(slots, at(first));
    if (chunk != null) {
      SLOT.setOpaque(slots, at(first), null);
      head = first + 1;
    }
    return chunk;
  }

  /** How many chunks wait. Any thread. */
  public int size() {
    return (int) (tail.get() - head);
  }

  private int at(long ticket) {
    return (int) ticket & slots.length - 1;
  }
}
