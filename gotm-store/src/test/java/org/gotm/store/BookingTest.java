package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.junit.jupiter.api.Test;

/** Ledgers that several output threads write to. */
class BookingTest {
  private static final int ROUNDS = 1_000_000;

  @Test
  void shouldLoseNoPacketWhenThreadsBookOnOneLedger() throws InterruptedException {
    Ledger ledger = new Ledger();
    Runnable booker =
        () -> {
          for (int i = 0; i < ROUNDS; i++) {
            Booking.book(ledger, Counter.WRITTEN, 3);
          }
        };
    List<Thread> threads =
        Stream.generate(() -> Thread.ofPlatform().start(booker)).limit(4).toList();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(ledger.get(Counter.WRITTEN)).isEqualTo(4 * 3L * ROUNDS);
  }
}
