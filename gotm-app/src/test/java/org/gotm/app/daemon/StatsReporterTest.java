package org.gotm.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gotm.core.capture.Counter;
import org.junit.jupiter.api.Test;

class StatsReporterTest {
  private final FakeCaptureThread first = new FakeCaptureThread("en0", 0);
  private final FakeCaptureThread second = new FakeCaptureThread("en1", 12);
  private final List<String> lines = new ArrayList<>();
  private String logError;
  private final StatsReporter reporter =
      new StatsReporter(List.of(first, second), Map.of("log", () -> logError), lines::add);

  private List<String> interval() {
    lines.clear();
    reporter.printInterval();
    return lines;
  }

  @Test
  void shouldWriteTheOriginalsLine() {
    first.ledger.set(Counter.FLOWS_ACTIVE, 35);
    first.ledger.set(Counter.FLOWS_EXPIRED, 183);
    first.ledger.set(Counter.BYTES, 2_206_834);
    first.ledger.set(Counter.DELIVERED, 5000);
    first.ledger.set(Counter.KEPT, 2346);
    first.ledger.set(Counter.RECEIVED, 5268);

    assertThat(interval())
        .containsExactly(
            "if=en0 W=00 flows=35 removed=183 bytes=2206834 pkts=5000 output=2346 outpct=46.9"
                + " recvd=5268 dropped=0 ifdropped=0 lost=0",
            "if=en1 W=12 flows=0 removed=0 bytes=0 pkts=0 output=0 outpct=0.0"
                + " recvd=0 dropped=0 ifdropped=0 lost=0");
  }

  @Test
  void shouldCountSinceTheLastLineButWhatTheSourceReportsSinceTheStart() {
    for (Counter counter : Counter.values()) {
      first.ledger.set(counter, 100);
    }
    interval();
    for (Counter counter : Counter.values()) {
      first.ledger.add(counter, 10);
    }
    first.ledger.add(Counter.KEPT, -5);

    assertThat(interval())
        .first()
        .isEqualTo(
            "if=en0 W=00 flows=110 removed=10 bytes=10 pkts=20 output=5 outpct=25.0"
                + " recvd=440 dropped=110 ifdropped=110 lost=30");
  }

  /** Its source is asked once a second, which may be a while ago. */
  @Test
  void shouldNotCallFewerPacketsReceivedThanHaveComeOut() {
    first.ledger.set(Counter.RECEIVED, 90);
    first.ledger.set(Counter.DELIVERED, 100);
    first.ledger.set(Counter.DROPPED, 5);

    assertThat(interval()).first().asString().contains(" pkts=100 ", " recvd=105 dropped=5 ");
  }

  @Test
  void shouldPrintNotesOnce() {
    first.notes.add("Large flow: megabytes=1024 10.0.0.1:1 - 10.0.0.2:2");

    reporter.printNews();
    reporter.printNews();

    assertThat(lines).containsExactly("Large flow: megabytes=1024 10.0.0.1:1 - 10.0.0.2:2");
  }

  @Test
  void shouldSayOnceThatThereIsTroubleAndOnceThatItIsOver() {
    second.error = "it is down";
    reporter.printNews();
    reporter.printNews();
    second.error = null;
    reporter.printNews();
    reporter.printNews();

    assertThat(lines).containsExactly("if=en1 W=12 trouble: it is down", "if=en1 W=12 works again");
  }

  @Test
  void shouldSayWhenTheTroubleIsAnotherOne() {
    first.error = "it is down";
    reporter.printNews();
    first.error = "it was removed";
    reporter.printNews();

    assertThat(lines)
        .containsExactly("if=en0 W=00 trouble: it is down", "if=en0 W=00 trouble: it was removed");
  }

  @Test
  void shouldPrintALedgerLineAWorkerAndTheirTotal() {
    for (FakeCaptureThread capture : List.of(first, second)) {
      capture.ledger.set(Counter.RECEIVED, 103);
      capture.ledger.set(Counter.DROPPED, 2);
      capture.ledger.set(Counter.DISCARDED, 1);
      capture.ledger.set(Counter.INTERFACE_DROPPED, 7);
      capture.ledger.set(Counter.DELIVERED, 100);
      capture.ledger.set(Counter.KEPT, 60);
      capture.ledger.set(Counter.CUT, 40);
      capture.ledger.set(Counter.WRITTEN, 55);
      capture.ledger.set(Counter.LOST_OUTPUT_FULL, 4);
      capture.ledger.set(Counter.LOST_WRITE_ERROR, 1);
    }
    String account =
        "received=103 dropped=2 discarded=1 ifdropped=7 cut_in_kernel=0 delivered=100 kept=60 cut=40 written=55"
            + " lost_output_full=4 lost_write_error=1 in_memory=0 balanced=yes";

    reporter.printLedger(List.of("default"));

    assertThat(lines)
        .containsExactly(
            "ledger if=en0 W=00 " + account,
            "ledger if=en1 W=12 " + account,
            "ledger total received=206 dropped=4 discarded=2 ifdropped=14 cut_in_kernel=0 delivered=200 kept=120"
                + " cut=80 written=110 lost_output_full=8 lost_write_error=2 in_memory=0"
                + " balanced=yes");
  }

  @Test
  void shouldSayThatTheLedgerIsNotBalancedWhenAPacketIsMissing() {
    first.ledger.set(Counter.RECEIVED, 1);

    reporter.printLedger(List.of("default"));

    assertThat(lines).first().asString().endsWith("balanced=no");
    assertThat(lines).last().asString().endsWith("balanced=no");
  }

  @Test
  void shouldSayWhenAPartThatCannotSpeakForItselfHasTrouble() {
    logError = "nobody reads it";
    reporter.printNews();
    reporter.printNews();
    logError = null;
    reporter.printNews();

    assertThat(lines).containsExactly("log trouble: nobody reads it", "log works again");
  }

  @Test
  void shouldAddUpWhatIsInNoFile() {
    first.ledger.set(Counter.LOST_OUTPUT_FULL, 1);
    first.ledger.set(Counter.LOST_WRITE_ERROR, 20);
    second.ledger.set(Counter.LOST_SYNC_ERROR, 300);

    assertThat(reporter.lost()).isEqualTo(321);
  }
}
