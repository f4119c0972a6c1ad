package org.gotm.app.queryclient;

import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.gotm.app.daemon.StartException;

/**
 * What sensors are asked with: connections of one client, who has one certificate or none. Any
 * thread. Closing it ends what is under way.
 */
public final class SensorClient implements AutoCloseable {
  /** How long a sensor may take to connect, unless who asks has less patience. */
  public static final Duration CONNECT_TIME = Duration.ofSeconds(10);

  /** More than a sensor searches for; one that is gone is noticed earlier. */
  static final Duration IDLE_TIME = Duration.ofMinutes(20);

  /** Says nothing: what fails is told by exceptions. */
  private static final Logger JETTY_LOG = Logger.getLogger("org.eclipse.jetty");

  private final HttpClient http;

  private SensorClient(HttpClient http) {
    this.http = http;
    http.setFollowRedirects(false);
    http.setIdleTimeout(IDLE_TIME.toMillis());
    try {
      http.start();
      http.getContentDecoderFactories().clear();
    } catch (Exception e) {
      throw new IllegalStateException("the client does not start", e);
    }
  }

  /**
   * A client of a sensor.
   *
   * @throws StartException if a file of keys cannot be used
   */
  public static SensorClient of(SensorAddress sensor, SensorKeys keys) {
    return sensor.isRemote() ? withKeys(keys, CONNECT_TIME) : local();
  }

  /**
   * A client of sensors elsewhere.
   *
   * @param connectTime how long each of them may take to connect
   * @throws StartException if a file of keys cannot be used
   */
  public static SensorClient withKeys(SensorKeys keys, Duration connectTime) {
    KeepAliveConnector connector = connector();
    SslContextFactory.Client tls = new SslContextFactory.Client();
    tls.setSslContext(keys.context());
    connector.setSslContextFactory(tls);
    HttpClient http = new HttpClient(new HttpClientTransportOverHTTP(connector));
    http.setConnectTimeout(connectTime.toMillis());
    return new SensorClient(http);
  }

  /** A client of sockets of this machine. */
  public static SensorClient local() {
    return new SensorClient(new HttpClient(new HttpClientTransportOverHTTP(connector())));
  }

  private static KeepAliveConnector connector() {
    if (JETTY_LOG.getHandlers().length == 0) { // a server of this process may have its own say
      JETTY_LOG.setLevel(Level.OFF);
    }
    KeepAliveConnector connector = new KeepAliveConnector();
    connector.setSelectors(1);
    return connector;
  }

  HttpClient http() {
    return http;
  }

  @Override
  public void close() {
    try {
      http.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the client does not stop", e);
    }
  }
}
