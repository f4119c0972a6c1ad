package org.gotm.app.daemon;

import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import org.gotm.app.metrics.FlowSizes;
import org.gotm.core.flow.EndReason;
import org.gotm.core.flow.Flow;
import org.gotm.core.flow.FlowListener;

/**
 * Hears of the flows of one worker: counts the sizes of those that ended, and notes large ones for
 * the log.
 *
 * <p>The worker calls it; another thread prints what was noted, so that capture never waits for the
 * log.
 */
final class FlowWatch implements FlowListener {
  private static final int NOTES = 256;

  private final FlowSizes sizes = new FlowSizes();
  private final Queue<String> notes = new ArrayBlockingQueue<>(NOTES);

  @Override
  public void onEnd(Flow flow, EndReason reason) {
    sizes.observe(flow.bytes());
  }

  @Override
  public void onLarge(Flow flow, long bytes) {
    notes.offer("Large flow: megabytes=%d %s".formatted(bytes >> 20, flow));
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
