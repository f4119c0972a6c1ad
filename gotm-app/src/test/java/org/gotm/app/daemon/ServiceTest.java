package org.gotm.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gotm.core.capture.Counter;
import org.gotm.ffm.linux.NotifySocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceTest {
  private static final long SECOND = 1_000_000_000;
  private static final String PID = "" + ProcessHandle.current().pid();

  private final NotifySocket systemd = NotifySocket.named("gotm-service-test-" + PID);
  private final List<String> log = new ArrayList<>();

  @AfterEach
  void close() {
    systemd.close();
  }

  private Service service(String watchdogPid) {
    return new Service(
        Map.of(
            "NOTIFY_SOCKET",
            systemd.name(),
            "WATCHDOG_USEC",
            "4000000",
            "WATCHDOG_PID",
            watchdogPid),
        log::add);
  }

  @Test
  void shouldFeedTheWatchdogTwiceAsOftenAsItAsks() {
    Service service = service(PID);

    service.feed(100 * SECOND);
    service.feed(101 * SECOND);
    service.feed(102 * SECOND);

    assertThat(systemd.poll(0)).isEqualTo("WATCHDOG=1");
    assertThat(systemd.poll(0)).isEqualTo("WATCHDOG=1");
    assertThat(systemd.poll(0)).isNull();
  }

  @Test
  void shouldNotFeedTheWatchdogOfAnotherProcess() {
    service("1").feed(100 * SECOND);

    assertThat(systemd.poll(0)).isNull();
  }

  @Test
  void shouldTellTheTimeOfAReloadAsTheKernelCountsIt() {
    service(PID).reloading(5 * SECOND);

    assertThat(systemd.poll(0)).isEqualTo("RELOADING=1\nMONOTONIC_USEC=5000000");
  }

  /** What is done between two states may take longer than the watchdog waits. */
  @Test
  void shouldGiveAnHourUntilItIsReadyAgain() {
    Service service = service(PID);

    service.suspendWatchdog();
    service.ready();
    service.ready();

    assertThat(systemd.poll(0)).isEqualTo("WATCHDOG_USEC=3600000000");
    assertThat(systemd.poll(0)).isEqualTo("READY=1\nWATCHDOG_USEC=4000000");
    assertThat(systemd.poll(0)).isEqualTo("READY=1");
  }

  @Test
  void shouldNotSpeakOfAWatchdogThatThereIsNot() {
    service("1").suspendWatchdog();

    assertThat(systemd.poll(0)).isNull();
  }

  @Test
  void shouldSayOnceThatItCannotTell() {
    Service service = new Service(Map.of("NOTIFY_SOCKET", "/no/socket"), log::add);

    service.ready();
    service.status("fine");

    assertThat(log).singleElement().asString().contains("NOTIFY_SOCKET=/no/socket");
  }

  @Test
  void shouldShowRatesSinceTheLastLineAndLossesSinceTheStart() {
    FakeCaptureThread capture = new FakeCaptureThread("eth0", 0);
    ServiceStatus status = new ServiceStatus(List.of(capture), 0);
    capture.ledger.add(Counter.DELIVERED, 1000);
    capture.ledger.add(Counter.KEPT, 250);
    capture.ledger.add(Counter.BYTES, 1_000_000);
    capture.ledger.add(Counter.LOST_OUTPUT_FULL, 3);

    assertThat(status.line(2 * SECOND))
        .isEqualTo("500 packets/s, 4.0 Mbit/s, 25.0 % kept; since the start 0 dropped, 3 lost");
    assertThat(status.line(4 * SECOND))
        .isEqualTo("0 packets/s, 0.0 Mbit/s, 0.0 % kept; since the start 0 dropped, 3 lost");
  }
}
