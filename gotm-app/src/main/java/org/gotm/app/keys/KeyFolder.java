package org.gotm.app.keys;

import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * The files of a certificate authority, a server and its clients, named as stenokeys names them.
 * Nothing is ever overwritten.
 *
 * @param folder that they are in
 */
record KeyFolder(Path folder) {
  private static final Base64.Encoder BASE64 =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
  private static final String CA = "ca";
  private static final String SERVER = "server";
  private static final String CLIENT = "client";

  /**
   * Makes what is missing.
   *
   * @param hosts of the server, as {@code dns:NAME} and {@code ip:ADDRESS}, the first its name
   * @param clients to be added; none for one named client if there is none
   * @param wantsServer true if it is wrong that a server is there already
   * @return the files that were made
   */
  List<Path> make(List<String> hosts, List<String> clients, boolean wantsServer)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    if (wantsServer) {
      refuse(SERVER);
    }
    for (String client : clients) {
      refuse(files(client));
    }
    List<Path> made = new ArrayList<>();
    try (Keytool keytool = Keytool.open()) {
      if (isThere(CA)) {
        keytool.put(
            CA,
            PemFile.read(path(CA, "key")).privateKey(),
            PemFile.read(path(CA, "cert")).certificates().getFirst());
      } else {
        keytool.makeAuthority(CA);
        write(CA, keytool, made);
      }
      if (!isThere(SERVER)) {
        keytool.makeServer(SERVER, CA, hosts);
        write(SERVER, keytool, made);
      }
      boolean addsDefault = clients.isEmpty() && !isThere(CLIENT);
      for (String client : addsDefault ? List.of(CLIENT) : clients) {
        String files = files(client);
        keytool.makeClient(files, CA, client);
        write(files, keytool, made);
        if (!isThere(CLIENT)) {
          link(files, "key", made);
          link(files, "cert", made);
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IOException("%s: %s".formatted(folder, e.getMessage()), e);
    }
    return made;
  }

  private static String files(String client) {
    return client.equals(CLIENT) ? CLIENT : CLIENT + "_" + client;
  }

  private Path path(String name, String kind) {
    return folder.resolve("%s_%s.pem".formatted(name, kind));
  }

  private boolean isThere(String name) {
    return Files.exists(path(name, "cert"), LinkOption.NOFOLLOW_LINKS)
        || Files.exists(path(name, "key"), LinkOption.NOFOLLOW_LINKS);
  }

  private void refuse(String name) throws IOException {
    if (isThere(name)) {
      throw new IOException("%s is there already: it is left alone".formatted(path(name, "cert")));
    }
  }

  private void write(String name, Keytool keytool, List<Path> made)
      throws IOException, GeneralSecurityException {
    Key key = keytool.key(name);
    write(path(name, "key"), "PRIVATE KEY", key.getEncoded(), "rw-------", made);
    Certificate certificate = keytool.certificate(name);
    write(path(name, "cert"), "CERTIFICATE", certificate.getEncoded(), "rw-r--r--", made);
  }

  private static void write(Path file, String label, byte[] content, String rights, List<Path> made)
      throws IOException {
    Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(rights);
    FileAttribute<Set<PosixFilePermission>> mode =
        PosixFilePermissions.asFileAttribute(permissions);
    try (SeekableByteChannel channel =
            Files.newByteChannel(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode);
        Writer out = Channels.newWriter(channel, StandardCharsets.US_ASCII)) {
      out.write(
          "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
              .formatted(label, BASE64.encodeToString(content)));
    } catch (FileAlreadyExistsException e) {
      throw new IOException("%s is there already: it is left alone".formatted(file), e);
    }
    made.add(file);
  }

  /** The first client is the one that stenographer's programs take. */
  private void link(String files, String kind, List<Path> made) throws IOException {
    Path link = path(CLIENT, kind);
    Files.createSymbolicLink(link, path(files, kind).getFileName());
    made.add(link);
  }
}
