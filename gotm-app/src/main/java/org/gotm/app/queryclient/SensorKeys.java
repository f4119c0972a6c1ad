package org.gotm.app.queryclient;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.gotm.app.daemon.StartException;
import org.gotm.app.keys.PemFile;

/**
 * The files that a sensor over the network is asked with, each null if it is not given.
 *
 * @param certificate who asks; may hold the key, too
 * @param key the certificate's key; by default it is in the file of that name with {@code _key.pem}
 *     for {@code _cert.pem}, or if there is none in the certificate's
 * @param authority whom the sensor's certificate has to be from; by default the file {@code
 *     ca_cert.pem} beside the certificate, and if there is none, whom Java trusts
 */
public record SensorKeys(Path certificate, Path key, Path authority) {
  private static final String CERTIFICATE_END = "_cert.pem";
  private static final String KEY_END = "_key.pem";
  private static final char[] PASSWORD = "in memory alone".toCharArray();

  /**
   * What a connection is made with.
   *
   * @throws StartException if a file cannot be used; one line
   */
  SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyManagers(), new TrustManager[] {trustManager()}, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("keys and certificates cannot be put together", e);
    }
  }

  private KeyManager[] keyManagers() throws GeneralSecurityException, IOException {
    if (certificate == null) {
      return new KeyManager[0];
    }
    X509Certificate[] chain = certificates("cert", certificate).toArray(X509Certificate[]::new);
    PrivateKey secret = secret();
    KeyStore store = emptyStore();
    store.setKeyEntry("client", secret, PASSWORD, chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, PASSWORD);
    return factory.getKeyManagers();
  }

  private PrivateKey secret() {
    Path beside = key == null ? beside() : null;
    Path file = key != null ? key : beside != null ? beside : certificate;
    try {
      return PemFile.read(file).privateKey();
    } catch (IOException e) {
      throw failure(file.equals(certificate) ? "cert" : "key", e);
    }
  }

  private static List<X509Certificate> certificates(String option, Path file) {
    try {
      return PemFile.read(file).certificates();
    } catch (IOException e) {
      throw failure(option, e);
    }
  }

  private static StartException failure(String option, IOException e) {
    return new StartException("%s=%s".formatted(option, e.getMessage()), e);
  }

  private Path beside() {
    String name = certificate.getFileName().toString();
    if (!name.endsWith(CERTIFICATE_END)) {
      return null;
    }
    String stem = name.substring(0, name.length() - CERTIFICATE_END.length());
    Path file = certificate.resolveSibling(stem + KEY_END);
    return Files.exists(file) ? file : null;
  }

  private X509ExtendedTrustManager trustManager() throws GeneralSecurityException, IOException {
    Path file = authority == null ? authorityBeside() : authority;
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(file == null ? null : storeOf(certificates("cacert", file)));
    return new CommonNameTrust((X509ExtendedTrustManager) factory.getTrustManagers()[0]);
  }

  private Path authorityBeside() {
    Path file = certificate == null ? null : certificate.resolveSibling("ca_cert.pem");
    return file != null && Files.exists(file) ? file : null;
  }

  private static KeyStore storeOf(List<X509Certificate> authorities)
      throws GeneralSecurityException, IOException {
    KeyStore store = emptyStore();
    for (X509Certificate one : authorities) {
      store.setCertificateEntry("ca" + store.size(), one);
    }
    return store;
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
