package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.process.GotmLaunch.gotm;
import static org.gotm.app.process.GotmLaunch.quiet;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.ffm.StenographerShell;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's clients of stenographer, unchanged, ask gotm. */
class QueryServerIT {
  private static final String QUERY = "udp port 53 and host 10.0.0.1";

  @TempDir Path folder;
  private Path out;
  private Path keys;
  private Path capture;

  @BeforeEach
  void record() {
    Command.require("stenoread", "stenocurl", "stenokeys", "jq", "curl", "tcpdump", "openssl");
    out = folder.resolve("out");
    keys = folder.resolve("keys");
    capture = Captures.extract("eth-udp-dns.pcap", folder);
    quiet("-r", capture, "-write", out, "-packetcutoff=0", "-bytecutoff=0").run();
  }

  private GotmLaunch serving(Object... options) {
    return quiet("-r", "-", "-write", out, "-query-keys", keys).and(options).readingPipe();
  }

  private String inShell(String script, int port) throws IOException {
    return new StenographerShell(folder, keys).run(port, script);
  }

  private static int port(GotmProcess process) {
    String line = process.awaitLine("Answering queries at https://");
    return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
  }

  private String packets(String file) throws IOException {
    return inShell("tcpdump -nn -tt -x -r %s 2>/dev/null".formatted(file), 0);
  }

  private String expected() {
    return Command.check(
        "sh", "-c", "tcpdump -nn -tt -x -r \"$1\" \"$2\" 2>/dev/null", "-", capture + "", QUERY);
  }

  private void askAndStop(GotmProcess server) throws IOException {
    int port = port(server);
    inShell("stenoread '%s' -w answer.pcap".formatted(QUERY), port);
    assertThat(packets("answer.pcap")).isEqualTo(expected()).isNotEmpty();
    inShell("stenoread --limit-packets 2 '%s' -w two.pcap".formatted(QUERY), port);
    assertThat(packets("two.pcap").lines().filter(line -> !line.startsWith("\t"))).hasSize(2);
    assertThat(inShell("stenocurl /debug/stats -sS", port))
        .contains("indexfile_current_reads\t0\n");
    assertThat(server.stop("TERM").exitCode()).isZero();
  }

  @Test
  void shouldAnswerStenoreadWithKeysOfOurs() throws IOException {
    assertThat(gotm("keys", keys).run().exitCode()).isZero();

    try (GotmProcess server = serving("-query-address=127.0.0.1:0").start()) {
      askAndStop(server);
    }
  }

  @Test
  void shouldAnswerStenoreadWithKeysOfStenographer() throws IOException {
    inShell("stenokeys $(id -un) $(id -gn)", 1234);

    try (GotmProcess server = serving("-query-address=127.0.0.1:0").start()) {
      askAndStop(server);
    }
    assertThat(gotm("keys", keys, "-client=carol").run().exitCode()).isZero();
    Command.check(
        "openssl", "verify", "-CAfile", keys + "/ca_cert.pem", keys + "/client_carol_cert.pem");
  }

  @Test
  void shouldAnswerAtTheSocketWithoutCertificates() throws IOException {
    Path socket = folder.resolve("query.sock");
    Path conf = Files.writeString(folder.resolve("gotm.conf"), "query-socket=" + socket + "\n");

    try (GotmProcess server = serving("-config", conf).start()) {
      server.awaitLine("Answering queries at " + socket);
      inShell("curl -sS --unix-socket query.sock http://x/query -d '" + QUERY + "' >a.pcap", 0);
      assertThat(server.stop("TERM").exitCode()).isZero();
    }
    assertThat(packets("a.pcap")).isEqualTo(expected());
    assertThat(socket).doesNotExist();
  }

  @Test
  void shouldNotStartWhenTheAddressIsInUseOrTheKeysAreMissing() throws IOException {
    var missing = serving("-query-address=127.0.0.1:0").run();
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.log())
        .containsExactly(
            "gotm: query-keys=%1$s: %1$s/ca_cert.pem: no such file; gotm keys makes them"
                .formatted(keys));

    assertThat(gotm("keys", keys).run().exitCode()).isZero();
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String address = "127.0.0.1:" + other.getLocalPort();
      var inUse = serving("-query-address", address).run();
      assertThat(inUse.exitCode()).isEqualTo(1);
      assertThat(inUse.log())
          .containsExactly(
              "gotm: query-address=%s: cannot be had (Address already in use); choose another"
                  .formatted(address));
    }
  }
}
