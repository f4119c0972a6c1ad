package org.gotm.store.order;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two threads offer and one polls: each chunk comes once, and each thread's in their order. */
@JCStressTest
@Outcome(
    id = {"123, 0", "132, 0", "312, 0"},
    expect = ACCEPTABLE,
    desc = "each once, in order")
@State
public class QueueStress {
  private final ChunkQueue queue = ThreeChunks.queue();
  private int polled;

  @Actor
  public void offerTwo() {
    queue.offer(ThreeChunks.FIRST);
    queue.offer(ThreeChunks.SECOND);
  }

  /** Offers, too, since jcstress runs no more actors than the machine has processors. */
  @Actor
  public void offerOneAndPoll() {
    queue.offer(ThreeChunks.THIRD);
    polled = ThreeChunks.after(ThreeChunks.after(0, queue.poll()), queue.poll());
  }

  @Arbiter
  public void pollTheRest(II_Result result) {
    for (int i = 0; i < 4; i++) {
      polled = ThreeChunks.after(polled, queue.poll());
    }
    result.r1 = polled;
    result.r2 = queue.size();
  }
}
