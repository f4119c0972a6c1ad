package org.gotm.app.queryserver;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import jdk.net.ExtendedSocketOptions;
import org.eclipse.jetty.io.EndPoint;
import org.gotm.core.packet.AddressText;

/**
 * Who asks.
 *
 * @param name common name of the certificate; without one the user at the other end of the socket
 * @param fingerprint SHA-256 of the certificate, in lower-case hexadecimal digits; empty without
 *     one
 * @param from where the client is
 */
record Client(String name, String fingerprint, String from) {
  private static final String NOBODY = "unknown";

  /** The client of a connection, with TLS or without. */
  static Client of(EndPoint endPoint) {
    EndPoint.SslSessionData tls = endPoint.getSslSessionData();
    if (tls == null) {
      return new Client(user(PeekingEndPoint.under(endPoint).getChannel()), "", "socket");
    }
    X509Certificate certificate = tls.peerCertificates()[0];
    return new Client(
        commonName(certificate), fingerprint(certificate), from(endPoint.getRemoteSocketAddress()));
  }

  /** True if it is known by its certificate. */
  boolean hasCertificate() {
    return !fingerprint.isEmpty();
  }

  private static String user(SocketChannel channel) {
    try {
      return channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
    } catch (IOException | UnsupportedOperationException e) {
      return NOBODY;
    }
  }

  private static String from(SocketAddress address) {
    if (!(address instanceof InetSocketAddress ip)) {
      return NOBODY;
    }
    String text = AddressText.of(ip.getAddress().getAddress());
    return (text.contains(":") ? "[%s]:%d" : "%s:%d").formatted(text, ip.getPort());
  }

  /** The most specific one. */
  private static String commonName(X509Certificate certificate) {
    String name = "";
    try {
      for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN")) {
          name = part.getValue().toString();
        }
      }
    } catch (InvalidNameException e) {
      return NOBODY;
    }
    return name;
  }

  private static String fingerprint(X509Certificate certificate) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(certificate.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every Java has it, and the certificate came encoded
    }
  }
}
