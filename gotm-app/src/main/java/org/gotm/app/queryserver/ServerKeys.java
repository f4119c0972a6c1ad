package org.gotm.app.queryserver;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.gotm.app.keys.PemFile;

/**
 * What the server shows itself by, and whose clients it believes.
 *
 * @param own the server's certificate, with its chain
 * @param key the server's
 * @param authorities that have signed the clients' certificates
 */
record ServerKeys(List<X509Certificate> own, PrivateKey key, List<X509Certificate> authorities) {
  /** Of stores in memory, which ask for one. */
  private static final String PASSWORD = "in memory";

  private static final byte[] TRIAL = {1, 2, 3};

  /**
   * Reads a folder as stenokeys makes it.
   *
   * @throws IOException that says which file is wrong
   */
  static ServerKeys read(Path folder) throws IOException {
    List<X509Certificate> authorities = PemFile.read(folder.resolve("ca_cert.pem")).certificates();
    Path certificate = folder.resolve("server_cert.pem");
    List<X509Certificate> own = PemFile.read(certificate).certificates();
    PrivateKey key = PemFile.read(folder.resolve("server_key.pem")).privateKey();
    if (!fits(own.getFirst(), key)) {
      throw new IOException("%s: not of the key in server_key.pem".formatted(certificate));
    }
    return new ServerKeys(own, key, authorities);
  }

  private static boolean fits(X509Certificate certificate, PrivateKey key) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "Ed25519";
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(TRIAL);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(TRIAL);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** When the first of the certificates ends. */
  Instant end() {
    Instant end = own.getFirst().getNotAfter().toInstant();
    for (X509Certificate authority : authorities) {
      Instant other = authority.getNotAfter().toInstant();
      end = other.isBefore(end) ? other : end;
    }
    return end;
  }

  /** Has a factory of TLS use them. */
  void applyTo(SslContextFactory.Server tls) {
    try {
      KeyStore ours = empty();
      ours.setKeyEntry("server", key, PASSWORD.toCharArray(), own.toArray(X509Certificate[]::new));
      KeyStore trusted = empty();
      for (int i = 0; i < authorities.size(); i++) {
        trusted.setCertificateEntry("ca" + i, authorities.get(i));
      }
      tls.setKeyStore(ours);
      tls.setKeyStorePassword(PASSWORD);
      tls.setTrustStore(trusted);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("keys in memory cannot be used", e);
    }
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
