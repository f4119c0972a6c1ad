package org.gotm.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Random;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.store.compress.PieceTotals;
import org.junit.jupiter.api.Test;

/** Whether each packet is booked once, in the right bucket. */
class FileAccountTest {

  /** A piece of the model. */
  private record Piece(long end, int ledger, long packets) {}

  @Test
  void shouldBookLikeAQueueWhenPiecesComeAndGoAtRandom() {
    long seed = System.nanoTime();
    System.out.println("FileAccountTest seed=" + seed);
    Random random = new Random(seed);
    FileAccount account = new FileAccount();
    Ledger[] ledgers = {new Ledger(), new Ledger(), new Ledger()};
    long[] written = new long[3];
    long[] lost = new long[3];
    ArrayDeque<Piece> model = new ArrayDeque<>();
    PieceTotals totals = new PieceTotals();
    long end = 0;
    for (int i = 0; i < 20_000; i++) {
      int ledger = random.nextInt(3);
      long packets = 1 + random.nextInt(50);
      end += 1 + random.nextInt(100);
      totals.clear();
      totals.add(ledgers[ledger], packets, i, i, packets);
      account.add(end, totals);
      model.add(new Piece(end, ledger, packets));
      if (random.nextInt(200) == 0) {
        long diskEnd = end - random.nextInt(3000);
        account.settle(diskEnd);
        while (!model.isEmpty() && model.peek().end() <= diskEnd) {
          assertThat(account.settledEnd()).isGreaterThanOrEqualTo(model.peek().end());
          written[model.peek().ledger()] += model.remove().packets();
        }
      }
      if (random.nextInt(2000) == 0) {
        long sum = model.stream().mapToLong(Piece::packets).sum();
        model.forEach(p -> lost[p.ledger()] += p.packets());
        model.clear();
        assertThat(account.lose()).isEqualTo(sum);
        assertThat(account.isEmpty()).isTrue();
      }
      for (int k = 0; k < 3; k++) {
        assertThat(ledgers[k].get(Counter.WRITTEN)).isEqualTo(written[k]);
        assertThat(ledgers[k].get(Counter.LOST_WRITE_ERROR)).isEqualTo(lost[k]);
      }
    }
    assertThat(account.written().packets()).isEqualTo(written[0] + written[1] + written[2]);
  }

  @Test
  void shouldTakeBackWhatIsWrittenWhenTheDiskDoesNotKeepIt() {
    FileAccount account = new FileAccount();
    Ledger ledger = new Ledger();
    PieceTotals piece = new PieceTotals();
    piece.add(ledger, 7, 100, 200, 700);
    account.addHeader(24);
    account.add(724, piece);
    account.settle(724);
    assertThat(ledger.written()).isEqualTo(7);
    assertThat(account.retract()).isEqualTo(7);
    assertThat(ledger.written()).isZero();
    assertThat(ledger.lostToWriteErrors()).isEqualTo(7);
    assertThat(account.written().packets()).isZero();
  }

  @Test
  void shouldTakeBackEachPacketOnceWhenSomeAreSyncedAndSomebodyElseHasLostTheRest() {
    FileAccount account = new FileAccount();
    Ledger ledger = new Ledger();
    PieceTotals piece = new PieceTotals();
    piece.add(ledger, 7, 100, 200, 700);
    account.add(700, piece);
    account.settle(700);
    account.noteSynced();
    assertThat(account.hasUnsynced()).isFalse();
    assertThat(ledger.get(Counter.UNSYNCED)).isZero();
    account.add(1400, piece);
    account.settle(1400);
    assertThat(account.hasUnsynced()).isTrue();
    assertThat(ledger.get(Counter.UNSYNCED)).isEqualTo(7);

    ledger.loseUnsynced(Long.MAX_VALUE);
    assertThat(ledger.written()).isEqualTo(7);
    assertThat(account.retract()).isEqualTo(14);
    assertThat(ledger.written()).isZero();
    assertThat(ledger.lostToWriteErrors()).isEqualTo(14);
  }
}
