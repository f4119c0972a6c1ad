package org.gotm.store.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.store.TestWorker;
import org.junit.jupiter.api.Test;

/** Which worker's records come next, and how many of them. */
class TimeMergeTest {

  private static void send(TestWorker worker, long... times) {
    for (long time : times) {
      worker.send(time, MergeBed.PACKET_LENGTH);
    }
  }

  /** The workers of all packets, in the order of the merge. */
  private static List<Ledger> ledgers(MergeBed bed) {
    List<Ledger> ledgers = new ArrayList<>();
    for (Run run; (run = bed.merge.next(0, true, Long.MIN_VALUE)) != null; ) {
      for (int i = 0; i < run.packets(); i++) {
        ledgers.add(run.ledger());
      }
      bed.merge.taken();
    }
    return ledgers;
  }

  @Test
  void shouldTakeEqualTimesByTheNumberOfTheWorkerWhenTheyCameTheOtherWayRound() {
    try (MergeBed bed = new MergeBed()) {
      TestWorker first = bed.worker(1);
      TestWorker second = bed.worker(2);
      TestWorker third = bed.worker(3);
      for (TestWorker worker : List.of(third, first, second)) {
        send(worker, 10, 10, 20);
        bed.feed(worker);
      }
      Ledger a = first.ledger();
      Ledger b = second.ledger();
      Ledger c = third.ledger();
      assertThat(ledgers(bed)).containsExactly(a, a, b, b, c, c, a, b, c);
      assertThat(bed.pool.inUse()).isZero();
    }
  }

  @Test
  void shouldMakeOneRunOfAllThatComesBeforeTheNextWorker() {
    try (MergeBed bed = new MergeBed()) {
      TestWorker first = bed.worker(0);
      TestWorker second = bed.worker(1);
      send(first, 10, 20, 30, 60);
      send(second, 30, 40, 50);
      bed.feed(second, first);
      assertThat(bed.takeAll())
          .containsExactly(
              new MergeBed.Taken(3, 10, 30, false),
              new MergeBed.Taken(3, 30, 50, false),
              new MergeBed.Taken(1, 60, 60, false));
    }
  }

  @Test
  void shouldStartAFileOnceWhenItIsDueByAllWorkers() {
    try (MergeBed bed = new MergeBed()) {
      TestWorker first = bed.worker(0, 1000);
      TestWorker second = bed.worker(1, 1000);
      send(first, 0, 100, 1010, 1100, 2010);
      send(second, 5, 1005, 1006, 2005);
      bed.feed(first, second);
      assertThat(bed.takeAll())
          .containsExactly(
              new MergeBed.Taken(1, 0, 0, false),
              new MergeBed.Taken(1, 5, 5, false),
              new MergeBed.Taken(1, 100, 100, false),
              new MergeBed.Taken(2, 1005, 1006, true),
              new MergeBed.Taken(2, 1010, 1100, false),
              new MergeBed.Taken(1, 2005, 2005, true),
              new MergeBed.Taken(1, 2010, 2010, false));
    }
  }

  @Test
  void shouldWaitForASilentWorkerUntilTheWindowIsOver() {
    try (MergeBed bed = new MergeBed()) {
      TestWorker busy = bed.worker(0);
      Ledger silent = new Ledger();
      silent.add(Counter.KEPT, 1); // has a packet that it never hands over
      bed.merge.expect(1, silent);
      send(busy, 10);
      bed.feed(busy);
      assertThat(bed.merge.next(MergeBed.FLUSH_NANOS, false, Long.MIN_VALUE)).isNull();
      assertThat(bed.merge.next(MergeBed.WINDOW_OVER_NANOS, false, Long.MIN_VALUE)).isNotNull();
      bed.merge.taken();
      assertThat(bed.merge.isEmpty()).isTrue();
    }
  }

  @Test
  void shouldBookWhatIsLeftOfEachChunkWhenDropped() {
    try (MergeBed bed = new MergeBed()) {
      TestWorker first = bed.worker(0);
      TestWorker second = bed.worker(1);
      send(first, 10, 20, 30);
      send(second, 15, 40);
      bed.feed(first, second);
      bed.merge.next(0, true, Long.MIN_VALUE);
      bed.merge.taken();

      bed.merge.drop();

      assertThat(first.ledger().get(Counter.LOST_WRITE_ERROR)).isEqualTo(2);
      assertThat(second.ledger().get(Counter.LOST_WRITE_ERROR)).isEqualTo(2);
      assertThat(bed.merge.isEmpty()).isTrue();
      assertThat(bed.pool.inUse()).isZero();
    }
  }
}
