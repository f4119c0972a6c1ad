package org.gotm.app.queryserver;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.gotm.app.log.CauseLog;
import org.gotm.core.failure.Reason;
import org.gotm.ffm.linux.UserAccount;

/**
 * Answers queries for packets that were recorded, here or elsewhere: stenographer's {@code POST
 * /query}, {@code GET /pcap} for links, over TLS for clients with a certificate, and over a Unix
 * socket for whom the file's rights let in. One thread opens, starts, reloads and closes it.
 */
public final class QueryServer implements AutoCloseable {
  private static final int BACKLOG = 64;
  private static final int THREADS = 16;
  private static final int LEAST_THREADS = 2;
  private static final int LONGEST_HEAD = 16 << 10;
  private static final long IDLE_MILLIS = TimeUnit.SECONDS.toMillis(30);
  private static final Duration SOON = Duration.ofDays(30);

  private final QuerySettings settings;
  private final Consumer<String> log;
  private final CauseLog handshakes;
  private final SslContextFactory.Server tls = new SslContextFactory.Server();
  private ServerSocketChannel tcp;
  private ServerSocketChannel unix;
  private SearchThreads threads;
  private Server server;
  private volatile boolean closing;

  private QueryServer(QuerySettings settings, Consumer<String> log) {
    this.settings = settings;
    this.log = log;
    this.handshakes = new CauseLog(log, System::nanoTime);
  }

  /**
   * Takes address and socket, and reads the keys; answers nothing before {@link #start}.
   *
   * @param owner whom the process is going to be, if another
   * @param log is told, by any thread, of each query and of what is wrong
   * @throws IOException that says in a line, beginning with {@code name=value}, what cannot be had
   */
  public static QueryServer open(
      QuerySettings settings, Optional<UserAccount> owner, Consumer<String> log)
      throws IOException {
    QueryServer server = new QueryServer(settings, log);
    try {
      if (settings.address().isPresent()) {
        server.readKeys();
        server.tcp = bind(settings.address().get());
      }
      if (settings.socket().isPresent()) {
        server.unix = bind(settings.socket().get(), owner);
      }
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  private static ServerSocketChannel bind(InetSocketAddress address) throws IOException {
    String name = "query-address=%s:%d".formatted(address.getHostString(), address.getPort());
    if (address.isUnresolved()) {
      throw new IOException(name + ": unknown host");
    }
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      return channel.bind(address, BACKLOG);
    } catch (BindException e) {
      channel.close();
      throw new IOException(
          "%s: cannot be had (%s); choose another".formatted(name, e.getMessage()), e);
    }
  }

  private static ServerSocketChannel bind(Path socket, Optional<UserAccount> owner)
      throws IOException {
    try {
      return UnixSocket.bind(socket, BACKLOG, owner);
    } catch (IOException e) {
      throw new IOException(
          "query-socket=%s: cannot be had (%s)".formatted(socket, Reason.of(e)), e);
    }
  }

  private void readKeys() throws IOException {
    try {
      ServerKeys keys = ServerKeys.read(settings.keys());
      Duration left = Duration.between(Instant.now(), keys.end());
      if (left.compareTo(SOON) < 0) {
        log.accept(
            "query-keys=%s: a certificate ends at %s: nobody can ask then"
                .formatted(settings.keys(), keys.end()));
      }
      keys.applyTo(tls);
    } catch (IOException e) {
      throw new IOException(
          "query-keys=%s: %s; gotm keys makes them".formatted(settings.keys(), Reason.withFile(e)),
          e);
    }
  }

  /**
   * Begins to answer. What the calling thread may do, and how nice it is, is inherited by all that
   * answer.
   *
   * @param archive where answers come from
   * @throws IOException if the server does not start
   */
  public void start(Archive archive, QueryCounts counts) throws IOException {
    JettyLog.install(log);
    QueuedThreadPool pool = new QueuedThreadPool(THREADS, LEAST_THREADS);
    pool.setDaemon(true);
    pool.setName("query-http");
    server = new Server(pool);
    server.setStopTimeout(0);
    server.setErrorHandler(QueryServer::sayError);
    threads = new SearchThreads(log);
    QuerySearch.Surroundings around =
        new QuerySearch.Surroundings(archive, new Audit(log, counts), counts, log, () -> closing);
    server.setHandler(new QueryHandler(around, threads, settings.access(), settings.limitTime()));
    addConnectors();
    try {
      server.start();
    } catch (Exception e) {
      throw new IOException("the query server does not start: " + e, e);
    }
    settings
        .address()
        .ifPresent(
            at ->
                log.accept(
                    "Answering queries at https://%s:%d".formatted(at.getHostString(), port())));
    settings.socket().ifPresent(at -> log.accept("Answering queries at " + at));
  }

  private void addConnectors() throws IOException {
    HttpConnectionFactory http = new HttpConnectionFactory(http());
    if (tcp != null) {
      tls.setNeedClientAuth(true);
      tls.setIncludeProtocols("TLSv1.2", "TLSv1.3");
      tls.setSniRequired(false);
      tls.setRenegotiationAllowed(false);
      add(tcp, new SslConnectionFactory(tls, http.getProtocol()), http);
    }
    if (unix != null) {
      add(unix, http);
    }
  }

  private static HttpConfiguration http() {
    HttpConfiguration http = new HttpConfiguration();
    http.setRequestHeaderSize(LONGEST_HEAD);
    http.setSendServerVersion(false);
    return http;
  }

  private void add(ServerSocketChannel channel, ConnectionFactory... factories) throws IOException {
    QueryConnector connector = new QueryConnector(server, channel, factories);
    connector.setIdleTimeout(IDLE_MILLIS);
    connector.addBean(new Handshakes());
    server.addConnector(connector);
  }

  /** Says that somebody without a certificate of the CA was there, once a minute. */
  private final class Handshakes implements SslHandshakeListener {
    @Override
    public void handshakeFailed(Event event, Throwable failure) {
      String reason = failure.getMessage() == null ? failure.toString() : failure.getMessage();
      handshakes.say(
          "handshake",
          "query connection from %s refused: %s"
              .formatted(event.getSSLEngine().getPeerHost(), EscapedText.of(reason, 200)));
    }
  }

  private static boolean sayError(Request request, Response response, Callback callback) {
    String text = HttpStatus.getMessage(response.getStatus()) + "\n";
    response.getHeaders().put("Content-Type", "text/plain; charset=utf-8");
    Content.Sink.write(response, true, text, callback);
    return true;
  }

  /** The port it listens on, of use when port 0 was asked for; 0 if it has none. */
  public int port() {
    try {
      return tcp == null ? 0 : ((InetSocketAddress) tcp.getLocalAddress()).getPort();
    } catch (IOException e) {
      return 0;
    }
  }

  /** Reads keys and certificates anew; if they are wrong, or may not be read, the old ones stay. */
  public void reload() {
    if (tcp == null) {
      return;
    }
    try {
      ServerKeys keys = ServerKeys.read(settings.keys());
      tls.reload(factory -> keys.applyTo((SslContextFactory.Server) factory));
    } catch (Exception e) {
      log.accept(
          "query-keys=%s: the keys stay as they are: %s"
              .formatted(settings.keys(), Reason.withFile(e)));
    }
  }

  /** Ends searches under way, each with an error for its client. */
  public void cancel() {
    closing = true;
  }

  @Override
  public void close() {
    cancel();
    try {
      if (threads != null) {
        threads.close();
      }
      if (server != null) {
        server.stop();
      }
      closeSockets();
    } catch (Exception e) {
      log.accept("the query server does not end: " + e);
    }
  }

  private void closeSockets() throws IOException {
    if (tcp != null) {
      tcp.close();
    }
    if (unix != null) {
      unix.close();
      UnixSocket.remove(settings.socket().orElseThrow());
    }
  }
}
