package org.gotm.app.metrics;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.gotm.ffm.linux.Errno;
import org.gotm.ffm.linux.Libc;

/**
 * Serves {@code /metrics} to Prometheus and {@code /healthz} to whoever watches: 200 while every
 * thread lives and every source works, else 503 with the reasons; and what a {@link Site} has.
 *
 * <p>Whatever clients do, the process goes on: connections are few and short, a port that another
 * process has, or that takes rights, is asked for again and again, and a request that fails, be it
 * for want of memory, is logged.
 */
public final class MetricsServer implements AutoCloseable {
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final long RETRY_MILLIS = TimeUnit.SECONDS.toMillis(10);
  private static final int RETRIES_A_LINE = 6;
  private static final int LOOK_MILLIS = 250;
  private static final int BACKLOG = 128;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long FAILURE_LOG_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final InetSocketAddress address;
  private final Consumer<String> log;
  private final long retryMillis;
  private int refusals;
  private long lastFailureNanos;
  private volatile ServerSocket listener;
  private volatile boolean closed;
  private volatile Content content;
  private Thread thread;

  /** What it answers with. */
  private record Content(
      Supplier<String> metrics, Supplier<List<String>> healthCheck, Site others) {}

  private MetricsServer(InetSocketAddress address, Consumer<String> log, long retryMillis) {
    this.address = address;
    this.log = log;
    this.retryMillis = retryMillis;
  }

  /**
   * Takes the address; answers nothing before {@link #serve}. A port that another process has, or
   * that this one may not take, is no failure: it is logged, and asked for every 10 s.
   *
   * @param log is told, by any thread, of what is wrong and of its end
   * @throws IOException if the address is not one of this machine: a line that begins with {@code
   *     name=value}
   */
  public static MetricsServer open(InetSocketAddress address, Consumer<String> log)
      throws IOException {
    try {
      return open(address, log, RETRY_MILLIS);
    } catch (IOException e) {
      String reason =
          e instanceof BindException
              ? "the address is not here (%s)".formatted(e.getMessage())
              : e.getMessage();
      throw new IOException("%s: %s; choose another or off".formatted(name(address), reason), e);
    }
  }

  static MetricsServer open(InetSocketAddress address, Consumer<String> log, long retryMillis)
      throws IOException {
    if (address.isUnresolved()) {
      throw new IOException("unknown host");
    }
    MetricsServer server = new MetricsServer(address, log, retryMillis);
    try {
      server.bind();
    } catch (BindException e) {
      if (!says(e, Errno.EADDRINUSE) && !says(e, Errno.EACCES)) {
        throw e;
      }
      server.onRefusal(e);
    }
    return server;
  }

  /**
   * Begins to answer, or answers so from now on. One thread.
   *
   * @param metrics in Prometheus' text format
   * @param healthCheck what is wrong now, a line each; empty when every thread lives and every
   *     source works; called by the server's threads
   * @param site what else there is
   */
  public void serve(Supplier<String> metrics, Supplier<List<String>> healthCheck, Site site) {
    content = new Content(metrics, healthCheck, site);
    if (thread == null) {
      Exchanges exchanges = new Exchanges(new Pages());
      thread = Thread.ofPlatform().daemon().name("metrics").start(() -> run(exchanges));
    }
  }

  /** The port it listens on, of use when port 0 was asked for; 0 while it waits for its port. */
  public int port() {
    ServerSocket socket = listener;
    return socket == null ? 0 : socket.getLocalPort();
  }

  private void bind() throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.setSoTimeout(LOOK_MILLIS);
      socket.bind(address, BACKLOG);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    listener = socket;
    if (closed) {
      socket.close();
    }
  }

  private void run(Exchanges exchanges) {
    while (!closed) {
      try {
        if (listener == null) {
          bindLater();
        } else {
          accept(exchanges);
        }
      } catch (InterruptedException e) {
        closed = true;
      } catch (Throwable e) {
        onFailure(e);
        LockSupport.parkNanos(PAUSE_NANOS); // what there was too little of may come back
      }
    }
    exchanges.close();
  }

  private void bindLater() throws InterruptedException {
    Thread.sleep(retryMillis);
    try {
      bind();
      log.accept(name() + ": works now");
    } catch (IOException e) {
      onRefusal(e);
    }
  }

  private void onRefusal(IOException e) {
    if (refusals++ % RETRIES_A_LINE == 0) {
      String reason =
          says(e, Errno.EACCES)
              ? "the port takes CAP_NET_BIND_SERVICE, one from 1024 up does not"
              : "the port is in use";
      log.accept(
          "%s: %s (%s); all else goes on without them, trying again every %d s"
              .formatted(
                  name(), reason, e.getMessage(), TimeUnit.MILLISECONDS.toSeconds(retryMillis)));
    }
  }

  /** The classes of exceptions do not tell errors apart, the C library's words do. */
  private static boolean says(IOException e, int error) {
    return e.getMessage() != null && e.getMessage().contains(Libc.message(error));
  }

  private String name() {
    return name(address);
  }

  private static String name(InetSocketAddress address) {
    return "metrics-address=%s:%d".formatted(address.getHostString(), address.getPort());
  }

  private void accept(Exchanges exchanges) throws IOException {
    exchanges.sweep();
    try {
      exchanges.admit(listener.accept());
    } catch (SocketTimeoutException e) {
      // nobody came: time to sweep
    }
  }

  /** All pages there are; what fails in one of them is logged. */
  private final class Pages implements Site {
    @Override
    public Page page(String path) {
      try {
        return switch (path) {
          case "/metrics" -> Page.of(PROMETHEUS_TEXT, content.metrics().get());
          case "/healthz" -> health(content.healthCheck().get());
          default -> other(path);
        };
      } catch (Throwable e) {
        onFailure(e);
        return Page.plain(500, e + "\n");
      }
    }

    private Page other(String path) {
      Page page = content.others().page(path);
      return page == null ? Page.plain(404, "see /, /metrics and /healthz\n") : page;
    }

    @Override
    public EventStream stream(String path) {
      EventStream events = content.others().stream(path);
      return events == null ? null : new LoggedStream(events);
    }
  }

  /** A stream that ends when an event cannot be made, which is logged. */
  private final class LoggedStream implements EventStream {
    private final EventStream events;

    LoggedStream(EventStream events) {
      this.events = events;
    }

    @Override
    public String next() throws InterruptedException {
      try {
        return events.next();
      } catch (RuntimeException | Error e) {
        onFailure(e);
        return null;
      }
    }

    @Override
    public void close() {
      events.close();
    }
  }

  private static Page health(List<String> errors) {
    return errors.isEmpty()
        ? Page.plain(200, "ok\n")
        : Page.plain(503, String.join("\n", errors) + "\n");
  }

  /** Logs it, once a minute; never throws. */
  private synchronized void onFailure(Throwable failure) {
    long now = System.nanoTime();
    boolean isDue = lastFailureNanos == 0 || now - lastFailureNanos > FAILURE_LOG_NANOS;
    if (isDue && !closed) {
      try {
        log.accept(name() + ": a request failed: " + failure);
        lastFailureNanos = now;
      } catch (Throwable again) {
        failure.addSuppressed(again); // no memory even to tell; the next failure is logged instead
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    if (thread != null) {
      thread.interrupt();
    }
    ServerSocket socket = listener;
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        log.accept(name() + ": cannot be closed: " + e.getMessage());
      }
    }
  }
}
