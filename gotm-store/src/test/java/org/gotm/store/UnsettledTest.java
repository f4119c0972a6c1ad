package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Random;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.junit.jupiter.api.Test;

/** Whether each packet is booked once, in the right bucket. */
class UnsettledTest {

  /** A piece of the model. */
  private record Piece(long end, int ledger, long packets) {}

  @Test
  void shouldBookLikeAQueueWhenPiecesComeAndGoAtRandom() {
    long seed = System.nanoTime();
    System.out.println("UnsettledTest seed=" + seed);
    Random random = new Random(seed);
    Unsettled unsettled = new Unsettled();
    Ledger[] ledgers = {new Ledger(), new Ledger(), new Ledger()};
    long[] written = new long[3];
    long[] lost = new long[3];
    ArrayDeque<Piece> model = new ArrayDeque<>();
    Tally tally = new Tally();
    long end = 0;
    for (int i = 0; i < 20_000; i++) {
      int ledger = random.nextInt(3);
      long packets = 1 + random.nextInt(50);
      end += 1 + random.nextInt(100);
      tally.clear();
      tally.add(ledgers[ledger], packets, 0);
      unsettled.add(end, tally);
      model.add(new Piece(end, ledger, packets));
      if (random.nextInt(200) == 0) {
        long diskEnd = end - random.nextInt(3000);
        unsettled.settle(diskEnd);
        while (!model.isEmpty() && model.peek().end() <= diskEnd) {
          assertThat(unsettled.settledEnd()).isGreaterThanOrEqualTo(model.peek().end());
          written[model.peek().ledger()] += model.remove().packets();
        }
      }
      if (random.nextInt(2000) == 0) {
        long sum = model.stream().mapToLong(Piece::packets).sum();
        model.forEach(p -> lost[p.ledger()] += p.packets());
        model.clear();
        assertThat(unsettled.lose()).isEqualTo(sum);
        assertThat(unsettled.isEmpty()).isTrue();
      }
      for (int k = 0; k < 3; k++) {
        assertThat(ledgers[k].get(Counter.WRITTEN)).isEqualTo(written[k]);
        assertThat(ledgers[k].get(Counter.LOST_WRITE_ERROR)).isEqualTo(lost[k]);
      }
    }
  }
}
