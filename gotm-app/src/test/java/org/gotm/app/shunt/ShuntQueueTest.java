package org.gotm.app.shunt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.gotm.app.log.CauseLog;
import org.gotm.app.shunt.FilterCounts.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ShuntQueueTest {
  private static final long LONG = TimeUnit.SECONDS.toNanos(60);

  private final FilterCounts counts = new FilterCounts();
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final AtomicLong now = new AtomicLong();
  private final GatedShunt shunt = new GatedShunt();
  private final ShuntQueue queue = new ShuntQueue(shunt, counts, log::add, now::get);

  /** Waits at a gate before each answer, and answers ok or not as it is told. */
  private static final class GatedShunt implements Shunt {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);
    private volatile RuntimeException bug;
    private volatile ShuntException failure;

    @Override
    public String name() {
      return "gate=1";
    }

    @Override
    public boolean takes(LargeFlow flow) {
      return flow.isIp();
    }

    @Override
    public void filter(LargeFlow flow) throws ShuntException, InterruptedException {
      asked.countDown();
      gate.await();
      if (bug != null) {
        throw bug;
      }
      if (failure != null) {
        throw failure;
      }
    }
  }

  private void assertCounts(long ok, long err, long ignored) {
    assertThat(counts.get(Status.OK)).as("ok").isEqualTo(ok);
    assertThat(counts.get(Status.ERR)).as("err").isEqualTo(err);
    assertThat(counts.get(Status.IGNORED)).as("ignored").isEqualTo(ignored);
  }

  private void end() throws InterruptedException {
    queue.stop();
    queue.awaitEnd(LONG);
  }

  @Test
  void shouldAskForEachFlowThatWaits() throws InterruptedException {
    for (int i = 0; i < 10; i++) {
      queue.offer(Flows.TCP);
    }
    shunt.gate.countDown();
    end();

    assertCounts(10, 0, 0);
    assertThat(log).isEmpty();
  }

  @Test
  void shouldNeverWaitAndIgnoreWhatThereIsNoRoomFor() throws InterruptedException {
    queue.offer(Flows.TCP);
    shunt.asked.await();
    for (int i = 0; i < ShuntQueue.CAPACITY + 7; i++) {
      queue.offer(Flows.TCP);
    }
    assertCounts(0, 0, 7);
    shunt.gate.countDown();
    end();

    assertCounts(ShuntQueue.CAPACITY + 1, 0, 7);
    assertThat(log).containsExactly("gate=1: 7 flows are not filtered: 1000 waited before them");
  }

  @Test
  void shouldIgnoreWhatHasWaitedForMoreThanAMinute() throws InterruptedException {
    queue.offer(Flows.TCP);
    shunt.asked.await();
    queue.offer(Flows.TCP);
    now.set(TimeUnit.SECONDS.toNanos(1));
    queue.offer(Flows.TCP);
    now.set(TimeUnit.SECONDS.toNanos(61));
    shunt.gate.countDown();
    end();

    assertCounts(2, 0, 1);
    assertThat(log)
        .containsExactly("gate=1: " + Flows.TCP.key() + " is not filtered: it has waited 61 s");
  }

  @Test
  void shouldIgnoreWhatTheShuntDoesNotTake() throws InterruptedException {
    queue.offer(Flows.arp());
    end();

    assertCounts(0, 0, 1);
    assertThat(log.getFirst()).endsWith(" is not filtered: it is not of IP");
  }

  @Test
  void shouldLogACauseOnceAMinuteAndCountTheRest() throws InterruptedException {
    shunt.failure = new ShuntException("no answer in 2 s");
    shunt.gate.countDown();
    CauseLog causes = new CauseLog(log::add, now::get);
    for (int i = 0; i < 5; i++) {
      queue.offer(Flows.TCP);
    }
    end();
    assertCounts(0, 5, 0);
    assertThat(log)
        .containsExactly("gate=1: " + Flows.TCP.key() + " is not filtered: no answer in 2 s");

    log.clear();
    causes.say("a", "first");
    causes.say("a", "second");
    causes.say("b", "other");
    now.set(TimeUnit.SECONDS.toNanos(61));
    causes.say("a", "third");
    causes.say("b", "other");
    assertThat(log)
        .containsExactly("first", "other", "third; and 1 times since it was last logged", "other");
  }

  @Test
  void shouldGoOnAfterAFailureThatNobodyThoughtOf() throws InterruptedException {
    shunt.bug = new IllegalStateException("a bug");
    queue.offer(Flows.TCP);
    shunt.gate.countDown();
    end();

    assertCounts(0, 1, 0);
    assertThat(log.getFirst()).contains("a bug");
  }

  @Test
  void shouldEndWithoutAnAnswerWhenThereIsNoMoreTime() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      queue.offer(Flows.TCP);
    }
    shunt.asked.await();
    queue.stop();
    queue.awaitEnd(1);

    assertCounts(0, 1, 2);
    assertThat(log)
        .containsExactly(
            "gate=1: " + Flows.TCP.key() + " is not filtered: the recorder ends",
            "gate=1: 2 flows are not filtered: the recorder ends");
    queue.offer(Flows.TCP);
    assertCounts(0, 1, 3);
  }
}
