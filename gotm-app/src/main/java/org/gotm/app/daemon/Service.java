package org.gotm.app.daemon;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.linux.ServiceManager;

/**
 * The service that this process is to systemd: tells how far it is and how it goes, and feeds the
 * watchdog while the recording moves. Without systemd nothing happens. One thread.
 */
final class Service {
  private static final long LONG_MICROS = TimeUnit.HOURS.toMicros(1);

  private final ServiceManager manager;
  private final Consumer<String> log;
  private final long watchdogMicros;
  private boolean suspended;
  private long fedNanos;
  private String failure;

  /**
   * A service of which nothing is told yet.
   *
   * @param environment NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, see sd_notify(3) and
   *     sd_watchdog_enabled(3)
   */
  Service(Map<String, String> environment, Consumer<String> log) {
    this.manager = new ServiceManager(environment.get("NOTIFY_SOCKET"));
    this.log = log;
    this.watchdogMicros = watchdogMicros(environment);
  }

  /** How long the watchdog waits; 0 if there is none, or it watches another process. */
  private static long watchdogMicros(Map<String, String> environment) {
    String pid = environment.get("WATCHDOG_PID");
    String micros = environment.getOrDefault("WATCHDOG_USEC", "");
    boolean isOurs = pid == null || pid.equals("" + ProcessHandle.current().pid());
    return isOurs && micros.matches("\\d{1,15}") ? Long.parseLong(micros) : 0;
  }

  /** It records, or waits for its interfaces; the watchdog is to be fed from now on. */
  void ready() {
    tell(suspended ? "READY=1\nWATCHDOG_USEC=" + watchdogMicros : "READY=1");
    suspended = false;
  }

  /**
   * What follows may take long: until it is {@link #ready} again the watchdog waits for an hour.
   */
  void suspendWatchdog() {
    if (watchdogMicros > 0) {
      tell("WATCHDOG_USEC=" + LONG_MICROS);
      suspended = true;
    }
  }

  /** It reads its settings again, until it is {@link #ready}. */
  void reloading(long nowNanos) {
    tell("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(nowNanos));
  }

  /** It drains and ends. */
  void stopping() {
    tell("STOPPING=1");
  }

  /** How it goes, in one line. */
  void status(String line) {
    tell("STATUS=" + line);
  }

  /**
   * Feeds the watchdog, twice as often as that asks for. Whoever does not call this any more is
   * started again.
   */
  void feed(long nowNanos) {
    long feedNanos = TimeUnit.MICROSECONDS.toNanos(watchdogMicros) / 2;
    if (feedNanos > 0 && nowNanos - fedNanos >= feedNanos) {
      fedNanos = nowNanos;
      tell("WATCHDOG=1");
    }
  }

  /** A service manager that cannot be told is no reason to lose packets; one line says why. */
  private void tell(String state) {
    try {
      manager.tell(state);
      failure = null;
    } catch (PacketSourceException e) {
      if (!e.getMessage().equals(failure)) {
        failure = e.getMessage();
        log.accept("cannot tell the service manager %s: %s".formatted(state, failure));
      }
    }
  }
}
