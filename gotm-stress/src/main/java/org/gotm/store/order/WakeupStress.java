package org.gotm.store.order;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** One thread waits for chunks, as the output does, while another brings them: no ring is lost. */
@JCStressTest
@Outcome(id = "12", expect = ACCEPTABLE, desc = "both came, and nobody waited for long")
@State
public class WakeupStress {
  /** Far more than a machine stands still; a lost ring is waited for this long. */
  private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final ChunkQueue queue = ThreeChunks.queue();
  private final Wakeup wakeup = new Wakeup();

  @Actor
  public void bring() {
    queue.offer(ThreeChunks.FIRST);
    wakeup.ring();
    queue.offer(ThreeChunks.SECOND);
    wakeup.ring();
  }

  @Actor
  public void waitForBoth(I_Result result) {
    int polled = ThreeChunks.after(0, queue.poll());
    while (polled < 10) {
      long from = System.nanoTime();
      wakeup.await(LONG_NANOS);
      if (System.nanoTime() - from >= LONG_NANOS) {
        polled = -1;
        break;
      }
      polled = ThreeChunks.after(ThreeChunks.after(polled, queue.poll()), queue.poll());
    }
    result.r1 = polled;
  }
}
