package org.gotm.app.metrics;

import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The connections that are open, never more than {@link #MOST}: so many clients cannot take the
 * file descriptors that the recording needs. When one more comes, the oldest that has not asked
 * gives way, so that idle ones keep nobody out. One thread, that of the server.
 */
final class Exchanges {
  /** Open connections. */
  static final int MOST = 64;

  /** Threads, of which some still end while new ones begin. */
  private static final int MOST_THREADS = 2 * MOST;

  private final Site site;
  private final List<Exchange> exchanges = new ArrayList<>(); // oldest first
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("metrics-", 0).factory());

  /** No connections yet; their threads ask {@code site} for the page of a path. */
  Exchanges(Site site) {
    this.site = site;
  }

  /** Answers a new client, or refuses it when all threads hang. */
  void admit(Socket socket) {
    Exchange exchange = new Exchange(socket, site);
    try {
      makeRoom();
      if (exchanges.size() < MOST_THREADS) {
        threads.execute(exchange);
        exchanges.add(exchange);
        return;
      }
    } catch (Throwable e) {
      exchange.close();
      throw e;
    }
    exchange.close();
  }

  private void makeRoom() {
    List<Exchange> open = exchanges.stream().filter(e -> !e.isClosed()).toList();
    if (open.size() >= MOST) {
      open.stream().filter(Exchange::isWaiting).findFirst().orElse(open.getFirst()).close();
    }
  }

  /** Closes those that take too long. */
  void sweep() {
    long now = System.nanoTime();
    exchanges.removeIf(Exchange::hasEnded);
    exchanges.stream().filter(e -> e.isOverdue(now)).forEach(Exchange::close);
  }

  /** Closes all and takes no more. */
  void close() {
    threads.shutdownNow();
    exchanges.forEach(Exchange::close);
  }
}
