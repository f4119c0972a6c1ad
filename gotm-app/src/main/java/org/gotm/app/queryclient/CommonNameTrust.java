package org.gotm.app.queryclient;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Java's own judgement of a server's certificate, which also takes an address from the common name
 * if the certificate has no other names: stenographer's are such. curl does the same.
 */
final class CommonNameTrust extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager java;

  CommonNameTrust(X509ExtendedTrustManager java) {
    this.java = java;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    if (isNamedByCommonNameAlone(chain[0], engine.getPeerHost())) {
      java.checkServerTrusted(chain, authType); // the same without a look at names
    } else {
      java.checkServerTrusted(chain, authType, engine);
    }
  }

  private static boolean isNamedByCommonNameAlone(X509Certificate certificate, String host)
      throws CertificateException {
    if (host == null || certificate.getSubjectAlternativeNames() != null) {
      return false;
    }
    String bare = host.replaceAll("[\\[\\]]", "");
    try {
      return new LdapName(certificate.getSubjectX500Principal().getName())
          .getRdns().stream()
              .anyMatch(
                  rdn ->
                      rdn.getType().equalsIgnoreCase("CN")
                          && bare.equalsIgnoreCase(rdn.getValue().toString()));
    } catch (InvalidNameException e) {
      throw new CertificateException("a subject that is no name", e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    java.checkServerTrusted(chain, authType, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    java.checkServerTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    java.checkClientTrusted(chain, authType, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    java.checkClientTrusted(chain, authType, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    java.checkClientTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return java.getAcceptedIssuers();
  }
}
