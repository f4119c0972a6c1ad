package org.gotm.store.order;

import static org.assertj.core.api.Assertions.assertThat;

import org.gotm.store.TestWorker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much of a run is taken at once. */
class RunTest {

  /** A run of five packets, a microsecond apart. */
  private static Run run(MergeBed bed) {
    TestWorker worker = bed.worker(0);
    for (int i = 0; i < 5; i++) {
      worker.send(i * 1000L, MergeBed.PACKET_LENGTH);
    }
    bed.feed(worker);
    return bed.merge.next(0, true, Long.MIN_VALUE);
  }

  @ParameterizedTest
  @CsvSource({"0,1", "1,1", "115,1", "116,1", "231,1", "232,2", "347,2", "579,4", "580,5", "999,5"})
  void shouldKeepWholeRecordsAndAtLeastOneWhenCut(long room, int packets) {
    try (MergeBed bed = new MergeBed()) {
      Run run = run(bed);
      assertThat(run.firstLength()).isEqualTo(116);

      run.cutTo(room);

      assertThat(run.packets()).isEqualTo(packets);
      assertThat(run.length()).isEqualTo(packets * 116);
      assertThat(run.firstNanos()).isZero();
      assertThat(run.lastNanos()).isEqualTo((packets - 1) * 1000L);
    }
  }

  @Test
  void shouldGoOnBehindWhatWasTakenWhenCut() {
    try (MergeBed bed = new MergeBed()) {
      Run run = run(bed);
      int begin = run.begin();
      run.cutTo(2 * MergeBed.RECORD_LENGTH);
      bed.merge.taken();

      Run rest = bed.merge.next(0, true, Long.MIN_VALUE);

      assertThat(rest.begin()).isEqualTo(begin + 2 * MergeBed.RECORD_LENGTH);
      assertThat(rest.packets()).isEqualTo(3);
      assertThat(rest.firstNanos()).isEqualTo(2000);
      bed.merge.taken();
      assertThat(bed.merge.isEmpty()).isTrue();
      assertThat(bed.pool.inUse()).isZero();
    }
  }
}
