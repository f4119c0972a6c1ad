package org.gotm.app.shunt;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * All that are asked to filter large flows, each by a thread of its own, so that a slow one keeps
 * neither capture nor the others waiting.
 */
public final class Shunts {
  private final FilterCounts counts = new FilterCounts();
  private final List<ShuntQueue> queues = new ArrayList<>();

  /**
   * Starts a thread for each.
   *
   * @param dumbno address of a dumbno service, or none
   * @param command program to run for each large flow, or none
   */
  public Shunts(
      Optional<InetSocketAddress> dumbno, Optional<String> command, Consumer<String> log) {
    dumbno.ifPresent(address -> add(new DumbnoShunt(address), log));
    command.ifPresent(program -> add(new CommandShunt(program, log), log));
  }

  private void add(Shunt shunt, Consumer<String> log) {
    queues.add(new ShuntQueue(shunt, counts, log, System::nanoTime));
  }

  /** True if there is nobody to ask. */
  public boolean isEmpty() {
    return queues.isEmpty();
  }

  /** Has a flow filtered. Never waits; any thread. */
  public void filter(LargeFlow flow) {
    for (ShuntQueue queue : queues) {
      queue.offer(flow);
    }
  }

  /** What became of the flows so far. */
  public FilterCounts counts() {
    return counts;
  }

  /** Ends, after a time at most for flows that still wait; those that are left are ignored. */
  public void close(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    queues.forEach(ShuntQueue::stop);
    for (ShuntQueue queue : queues) {
      queue.awaitEnd(Math.max(deadline - System.nanoTime(), 0));
    }
  }
}
