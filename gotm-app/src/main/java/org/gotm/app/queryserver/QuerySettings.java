package org.gotm.app.queryserver;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where queries are answered, and to whom.
 *
 * @param address of the server with certificates, or none
 * @param keys folder with {@code ca_cert.pem}, {@code server_cert.pem} and {@code server_key.pem}
 * @param socket of the server without certificates, or none
 * @param access who may ask what, a line each; none for everybody with a certificate of the CA
 * @param limitTime longest time of a search
 */
public record QuerySettings(
    Optional<InetSocketAddress> address,
    Path keys,
    Optional<Path> socket,
    Optional<Path> access,
    Duration limitTime) {
  /** True if nobody can ask. */
  public boolean isOff() {
    return address.isEmpty() && socket.isEmpty();
  }
}
