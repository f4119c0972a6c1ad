package org.gotm.app.queryclient;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.http.HttpException;
import org.gotm.app.daemon.StartException;

/** What went wrong between here and a sensor, as one line that says what to do. */
final class ConnectionProblem {
  private static final Pattern ALERT = Pattern.compile("fatal alert: ([a-z_]+)");
  private static final int DEEPEST_CAUSE = 10;

  private final SensorAddress sensor;

  ConnectionProblem(SensorAddress sensor) {
    this.sensor = sensor;
  }

  /** The answer has begun, and does not come to its end. */
  StartException brokenOff(Throwable cause) {
    return line("the answer breaks off, what came is kept: " + reason(cause), cause);
  }

  /** There is no answer. */
  StartException failure(Throwable cause) {
    Throwable at = cause;
    for (int depth = 0; at != null && depth < DEEPEST_CAUSE; depth++) {
      String known = known(at);
      if (known != null) {
        return mayPass(at)
            ? new PassingException(text(known), Duration.ZERO, cause)
            : line(known, cause);
      }
      at = at.getCause();
    }
    return line("no answer: " + reason(cause), cause);
  }

  /** Jetty's own messages tell of its objects. */
  private static String reason(Throwable cause) {
    Throwable root = cause;
    for (int depth = 0; root.getCause() != null && depth < DEEPEST_CAUSE; depth++) {
      root = root.getCause();
    }
    return switch (root) {
      case EOFException e -> "the sensor ended the connection";
      case ClosedChannelException e -> "the sensor ended the connection";
      case HttpException e -> "not as HTTP wants it: " + e.getReason();
      case SocketException e -> e.getMessage();
      default -> root.toString();
    };
  }

  private static String known(Throwable cause) {
    return switch (cause) {
      case CertificateException e ->
          "the sensor's certificate is not trusted (%s); give the sensor's CA by -cacert"
              .formatted(e.getMessage());
      case SSLException e -> ofTls(e);
      case UnknownHostException e -> "there is no such host";
      case UnresolvedAddressException e -> "there is no such host";
      case SocketTimeoutException e -> "cannot connect: no answer; is the address right?";
      case TimeoutException e -> "no answer in time";
      case ConnectException e -> cannotConnect(e);
      case SocketException e -> cannotConnect(e);
      default -> null;
    };
  }

  private static boolean mayPass(Throwable cause) {
    return cause instanceof ConnectException
        || cause instanceof SocketException && "Connection refused".equals(cause.getMessage());
  }

  private static String cannotConnect(Exception e) {
    return "cannot connect: %s; does gotm run there, with -query-address or -query-socket?"
        .formatted(e.getMessage());
  }

  private static String ofTls(SSLException e) {
    Matcher alert = ALERT.matcher(String.valueOf(e.getMessage()));
    return alert.find()
        ? "the sensor refuses the certificate (%s); give one of its CA by -cert"
            .formatted(alert.group(1))
        : e.getCause() == null ? "no TLS is spoken there: " + e.getMessage() : null;
  }

  private StartException line(String reason, Throwable cause) {
    return new StartException(text(reason), cause);
  }

  private String text(String reason) {
    return "url=%s: %s".formatted(sensor.text(), reason);
  }
}
