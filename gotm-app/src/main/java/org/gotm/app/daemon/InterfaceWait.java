package org.gotm.app.daemon;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Waits for interfaces that are not there, or not up. The service is ready meanwhile, so that
 * neither a boot nor an upgrade waits with it; that nothing is recorded the log says, the status of
 * the service, and {@code /healthz}. One thread, but for {@link #errors}.
 */
final class InterfaceWait {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final List<String> interfaces;
  private final Signals signals;
  private final Service service;
  private final Consumer<String> log;
  private boolean reloadAsked;
  private volatile List<String> missing;

  /** Looks for the interfaces once. */
  InterfaceWait(List<String> interfaces, Signals signals, Service service, Consumer<String> log) {
    this.interfaces = interfaces;
    this.signals = signals;
    this.service = service;
    this.log = log;
    this.missing = LiveSources.missing(interfaces);
  }

  /** True when all interfaces were there at the last look. */
  boolean isOver() {
    return missing.isEmpty();
  }

  /** True if a reload was asked for, which is to be made once there is something to reload. */
  boolean isReloadAsked() {
    return reloadAsked;
  }

  /**
   * Comes back when the interfaces are there.
   *
   * @return false if a stop is asked for before
   */
  boolean await() throws InterruptedException {
    List<String> said = List.of();
    service.ready();
    while (!isOver()) {
      if (!missing.equals(said)) {
        service.status(words());
        log.accept(words());
        said = missing;
      }
      service.feed(System.nanoTime());
      Signals.Request request = signals.await(LOOK_NANOS);
      if (request == Signals.Request.STOP) {
        return false;
      }
      reloadAsked |= request == Signals.Request.ROTATE;
      missing = LiveSources.missing(interfaces);
    }
    return true;
  }

  private String words() {
    return "waiting for interface=%s: not there, or not up".formatted(String.join(",", missing));
  }

  /** That nothing is recorded, for {@code /healthz}. Any thread. */
  List<String> errors() {
    return List.of(isOver() ? "starting" : words());
  }
}
