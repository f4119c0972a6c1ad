package org.gotm.app.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Keys and certificates, as openssl judges them. */
class KeysCommandTest {
  @TempDir private Path folder;

  @BeforeAll
  static void require() {
    Command.require("openssl");
  }

  private static int keys(Object... arguments) {
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    return new CommandLine(new KeysCommand()).execute(words);
  }

  private String openssl(String file, String... more) {
    String[] command = new String[more.length + 5];
    System.arraycopy(new String[] {"openssl", "x509", "-noout", "-in"}, 0, command, 0, 4);
    command[4] = folder.resolve(file).toString();
    System.arraycopy(more, 0, command, 5, more.length);
    return Command.check(command);
  }

  private void verify(String purpose, String file) {
    Command.check(
        "openssl",
        "verify",
        "-x509_strict",
        "-purpose",
        purpose,
        "-CAfile",
        folder.resolve("ca_cert.pem").toString(),
        folder.resolve(file).toString());
  }

  @Test
  void shouldMakeAnAuthorityAServerAndClientsThatOpensslTakes() throws Exception {
    assertThat(keys(folder, "-host=sensor.example", "-host=10.1.2.3", "-client=alice")).isZero();

    verify("sslserver", "server_cert.pem");
    verify("sslclient", "client_alice_cert.pem");
    assertThat(openssl("server_cert.pem", "-ext", "subjectAltName"))
        .contains("DNS:sensor.example, IP Address:10.1.2.3");
    assertThat(openssl("client_cert.pem", "-subject")).isEqualTo("subject=CN = alice\n");
    for (String name : new String[] {"ca", "server", "client_alice"}) {
      Path key = folder.resolve(name + "_key.pem");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
          .isEqualTo("rw-------");
      assertThat(Command.check("openssl", "pkey", "-in", key.toString(), "-pubout"))
          .isEqualTo(openssl(name + "_cert.pem", "-pubkey"));
    }
  }

  @Test
  void shouldAddAClientLaterAndOverwriteNothing() throws Exception {
    assertThat(keys(folder)).isZero();
    String server = Files.readString(folder.resolve("server_key.pem"));
    String client = Files.readString(folder.resolve("client_key.pem"));

    assertThat(keys(folder, "-client=bob")).isZero();
    verify("sslclient", "client_bob_cert.pem");
    assertThat(keys(folder, "-client=bob")).isEqualTo(1);
    assertThat(keys(folder, "-host=other.example")).isEqualTo(1);

    assertThat(folder.resolve("server_key.pem")).hasContent(server);
    assertThat(folder.resolve("client_key.pem")).hasContent(client);
  }

  @Test
  void shouldRefuseNamesThatAreNone() {
    assertThat(keys(folder, "-host=a,dns:b")).isEqualTo(2);
    assertThat(keys(folder, "-client=../x")).isEqualTo(2);
    assertThat(folder).isEmptyDirectory();
  }
}
