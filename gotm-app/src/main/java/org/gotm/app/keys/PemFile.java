package org.gotm.app.keys;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys and certificates as text (RFC 7468); what else is in the file, such as what openssl tells of
 * a certificate, is passed over.
 *
 * @param file that is named in messages
 * @param text of the file
 */
public record PemFile(Path file, String text) {
  private static final long LARGEST = 1 << 20;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40}+)-----([^-]*+)-----END \\1-----");
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

  /**
   * Reads a file.
   *
   * @throws IOException that names the file and what is wrong
   */
  public static PemFile read(Path file) throws IOException {
    try {
      if (Files.size(file) > LARGEST) {
        throw new IOException("%s: larger than 1 MiB".formatted(file));
      }
      return new PemFile(file, Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException e) {
      throw new IOException("%s: no such file".formatted(file), e);
    }
  }

  /**
   * All certificates.
   *
   * @throws IOException if there is none, or one is damaged
   */
  public List<X509Certificate> certificates() throws IOException {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (byte[] block : blocks("CERTIFICATE")) {
        certificates.add(
            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block)));
      }
    } catch (GeneralSecurityException e) {
      throw wrong("a certificate is damaged: " + e.getMessage(), e);
    }
    if (certificates.isEmpty()) {
      throw wrong("has no certificate (-----BEGIN CERTIFICATE-----)", null);
    }
    return certificates;
  }

  /**
   * The private key, PKCS #8 without a password.
   *
   * @throws IOException if there is none, or it is of another form
   */
  public PrivateKey privateKey() throws IOException {
    List<byte[]> blocks = blocks("PRIVATE KEY");
    if (blocks.isEmpty()) {
      throw wrong(
          "has no key of PKCS #8 (-----BEGIN PRIVATE KEY-----); openssl pkcs8 -topk8 -nodes makes it",
          null);
    }
    PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(blocks.getFirst());
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
      } catch (InvalidKeySpecException e) {
        // of another algorithm
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e); // every Java has these
      }
    }
    throw wrong("the key is damaged, or none of " + String.join(", ", ALGORITHMS), null);
  }

  private List<byte[]> blocks(String label) throws IOException {
    List<byte[]> blocks = new ArrayList<>();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      if (block.group(1).equals(label)) {
        try {
          blocks.add(Base64.getMimeDecoder().decode(block.group(2)));
        } catch (IllegalArgumentException e) {
          throw wrong("is damaged: " + e.getMessage(), e);
        }
      }
    }
    return blocks;
  }

  private IOException wrong(String reason, Exception cause) {
    return new IOException("%s: %s".formatted(file, reason), cause);
  }
}
