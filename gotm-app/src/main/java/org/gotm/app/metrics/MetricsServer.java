package org.gotm.app.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Serves {@code /metrics} to Prometheus and {@code /healthz} to whoever watches: 200 while every
 * thread lives and every source works, else 503 with the reasons.
 */
public final class MetricsServer implements AutoCloseable {
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final HttpServer server;
  private final ExecutorService threads;

  private MetricsServer(HttpServer server) {
    this.server = server;
    this.threads =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("metrics").factory());
    server.setExecutor(threads);
  }

  /**
   * Takes the address, so that a port in use is told at start; answers nothing before {@link
   * #serve}.
   *
   * @throws IOException if the address cannot be had
   */
  public static MetricsServer bind(InetSocketAddress address) throws IOException {
    if (address.isUnresolved()) {
      throw new IOException("unknown host");
    }
    return new MetricsServer(HttpServer.create(address, 0));
  }

  /**
   * Begins to answer.
   *
   * @param healthCheck what is wrong now, a line each; empty when every thread lives and every
   *     source works; called by the server's thread
   */
  public void serve(RecorderMetrics metrics, Supplier<List<String>> healthCheck) {
    server.createContext(
        "/", exchange -> answer(exchange, 404, TEXT, "see /metrics and /healthz\n"));
    server.createContext("/metrics", exchange -> onMetrics(exchange, metrics));
    server.createContext("/healthz", exchange -> onHealth(exchange, healthCheck));
    server.start();
  }

  /** The port it listens on, of use when port 0 was asked for. */
  public int port() {
    return server.getAddress().getPort();
  }

  private static void onMetrics(HttpExchange exchange, RecorderMetrics metrics) throws IOException {
    answer(exchange, 200, PROMETHEUS_TEXT, metrics.scrape());
  }

  private static void onHealth(HttpExchange exchange, Supplier<List<String>> healthCheck)
      throws IOException {
    List<String> errors = healthCheck.get();
    if (errors.isEmpty()) {
      answer(exchange, 200, TEXT, "ok\n");
    } else {
      answer(exchange, 503, TEXT, String.join("\n", errors) + "\n");
    }
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    try (exchange) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
      if (!head) {
        try (OutputStream out = exchange.getResponseBody()) {
          out.write(bytes);
        }
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
