package org.gotm.app.daemon;

import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import org.gotm.app.metrics.FlowSizes;
import org.gotm.app.shunt.LargeFlow;
import org.gotm.app.shunt.Shunts;
import org.gotm.core.flow.EndReason;
import org.gotm.core.flow.Flow;
import org.gotm.core.flow.FlowListener;

/**
 * Hears of the flows of one worker: counts the sizes of those that ended, notes large ones for the
 * log, and has them filtered.
 *
 * <p>The worker calls it; other threads print what was noted and ask for filters, so that capture
 * never waits for them.
 */
final class FlowWatch implements FlowListener {
  private static final int NOTES = 256;

  private final String interfaceName;
  private final Shunts shunts;
  private final FlowSizes sizes = new FlowSizes();
  private final Queue<String> notes = new ArrayBlockingQueue<>(NOTES);

  /** Of a worker on this interface, which has large flows filtered by these. */
  FlowWatch(String interfaceName, Shunts shunts) {
    this.interfaceName = interfaceName;
    this.shunts = shunts;
  }

  @Override
  public void onEnd(Flow flow, EndReason reason) {
    sizes.observe(flow.bytes());
  }

  @Override
  public void onLarge(Flow flow, long bytes) {
    notes.offer("Large flow: megabytes=%d %s".formatted(bytes >> 20, flow));
    if (!shunts.isEmpty()) {
      shunts.filter(new LargeFlow(flow.fromSender(), flow.bytes(), flow.packets(), interfaceName));
    }
  }

  FlowSizes sizes() {
    return sizes;
  }

  /** Notes something for the log; any thread. */
  void note(String message) {
    notes.offer(message);
  }

  void printNotes(Consumer<String> log) {
    String note;
    while ((note = notes.poll()) != null) {
      log.accept(note);
    }
  }
}
