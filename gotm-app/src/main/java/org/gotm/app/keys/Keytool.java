package org.gotm.app.keys;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The program keytool of the Java that gotm runs on, with a key store in a folder that only this
 * user can read, and that is deleted at the end. One thread.
 */
final class Keytool implements AutoCloseable {
  private static final String VARIABLE = "GOTM_STORE_PASSWORD";
  private static final String YEARS_10 = "3652";
  private static final String STORE = "keys.p12";

  private final Path folder;
  private final Path store;
  private final String password;

  private Keytool(Path folder) {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    this.folder = folder;
    this.store = folder.resolve(STORE);
    this.password = HexFormat.of().formatHex(random);
  }

  /** One with an empty store. */
  static Keytool open() throws IOException {
    return new Keytool(Files.createTempDirectory("gotm-keys"));
  }

  /** Takes a key that was made before. */
  void put(String alias, PrivateKey key, X509Certificate certificate)
      throws IOException, GeneralSecurityException {
    KeyStore keys = Files.exists(store) ? load() : empty();
    keys.setKeyEntry(alias, key, password.toCharArray(), new Certificate[] {certificate});
    try (OutputStream out = Files.newOutputStream(store)) {
      keys.store(out, password.toCharArray());
    }
  }

  /** Makes an authority, which may sign servers and clients, and no other authorities. */
  void makeAuthority(String alias) throws IOException, InterruptedException {
    byte[] random = new byte[4];
    new SecureRandom().nextBytes(random);
    generate(
        alias,
        "gotm CA " + HexFormat.of().formatHex(random),
        "-ext",
        "bc:c=ca:true,pathlen:0",
        "-ext",
        "ku:c=keyCertSign,cRLSign");
  }

  /** Makes the server's key, with a certificate signed by the authority. */
  void makeServer(String alias, String authority, List<String> hosts)
      throws IOException, InterruptedException {
    generate(
        alias,
        hosts.getFirst().replaceFirst("^(?:dns|ip):", ""),
        "-signer",
        authority,
        "-ext",
        "san=" + String.join(",", hosts),
        "-ext",
        "ku:c=digitalSignature",
        "-ext",
        "eku=serverAuth");
  }

  /** Makes a client's key, with a certificate signed by the authority. */
  void makeClient(String alias, String authority, String name)
      throws IOException, InterruptedException {
    generate(
        alias,
        name,
        "-signer",
        authority,
        "-ext",
        "ku:c=digitalSignature",
        "-ext",
        "eku=clientAuth");
  }

  private void generate(String alias, String name, String... more)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", alias, "-dname", "CN=" + name));
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", YEARS_10));
    command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12"));
    command.addAll(List.of("-storepass:env", VARIABLE));
    command.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put(VARIABLE, password);
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("keytool: " + said.strip().replaceAll("\\R", " "));
    }
  }

  Key key(String alias) throws IOException, GeneralSecurityException {
    return load().getKey(alias, password.toCharArray());
  }

  Certificate certificate(String alias) throws IOException, GeneralSecurityException {
    return load().getCertificate(alias);
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    return keys;
  }

  private KeyStore load() throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, password.toCharArray());
    }
    return keys;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(store);
    Files.delete(folder);
  }
}
