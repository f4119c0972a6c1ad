package org.gotm.app.queryserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryServerTest {
  private static final String ANY = "http://gotm";
  private static final int PCAP_HEADER = 24;

  @TempDir private static Path allKeys;
  private static Path keys;

  @TempDir private Path folder;
  private final Semaphore shown = new Semaphore(0);
  private final Semaphore mayGoOn = new Semaphore(0);
  private volatile boolean holds;
  private volatile String failure;
  private ServerRig rig;
  private Curl alice;
  private Curl local;

  @BeforeAll
  static void makeKeys() {
    Command.require("curl", "tcpdump", "tshark", "openssl", "ionice", "mkfifo");
    keys = allKeys.resolve("ours");
    ServerRig.makeKeys(keys, "alice", "bob");
  }

  @BeforeEach
  void start() throws IOException {
    rig = new ServerRig(folder, keys, this::show);
    alice = Curl.as(keys, "client_alice");
    local = Curl.at(rig.socket());
  }

  @AfterEach
  void stop() {
    mayGoOn.release(100);
    rig.close();
  }

  private void show() {
    shown.release();
    if (failure != null) {
      throw new IllegalStateException(failure);
    }
    if (holds) {
      mayGoOn.acquireUninterruptibly();
    }
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private static String packets(Path file, String expression) {
    return Command.check(
        "sh", "-c", "tcpdump -nn -tt -x -r \"$1\" \"$2\" 2>/dev/null", "-", file + "", expression);
  }

  private String expected(String expression) {
    return packets(Captures.extract(ServerRig.CAPTURE, folder), expression);
  }

  @Test
  void shouldAnswerWhatTcpdumpFindsOverTlsAndTheSocket() {
    String query = "udp port 53 and host 10.0.0.1";

    alice.check(rig.url("/query"), "-d", query, "-o", file("tls.pcap"));
    local.check(ANY + "/query", "-d", query, "-o", file("socket.pcap"));

    assertThat(packets(folder.resolve("tls.pcap"), "")).isEqualTo(expected(query)).isNotEmpty();
    assertThat(folder.resolve("socket.pcap")).hasSameBinaryContentAs(folder.resolve("tls.pcap"));
  }

  @Test
  void shouldAnswerAsStenographerDoes() throws IOException {
    rig.add("eth-bigtcp-80k-packet.pcap", "2026-01-01T00-00-01");

    alice.check(rig.url("/query"), "-d", "tcp", "-o", file("answer.pcap"));

    byte[] head = Files.readAllBytes(folder.resolve("answer.pcap"));
    assertThat(ByteBuffer.wrap(head).getInt()).isEqualTo(0xd4c3b2a1);
    assertThat(ByteBuffer.wrap(head).getInt(16)).isEqualTo(Integer.reverseBytes(65_536));
    assertThat(
            Command.check(
                "sh",
                "-c",
                "tshark -r \"$1\" -T fields -e frame.cap_len 2>/dev/null | sort -n | tail -1",
                "-",
                file("answer.pcap")))
        .isEqualTo("65536\n");
  }

  @Test
  void shouldTellAtTheEndHowManyPacketsThereWere() {
    String whole = local.check(ANY + "/query", "--raw", "-d", "udp port 53");
    String cut =
        local.check(ANY + "/query", "--raw", "-d", "udp", "-H", "Steno-Limit-Packets: 0x2");

    long packets = expected("udp port 53").lines().filter(line -> !line.startsWith("\t")).count();
    assertThat(whole).endsWith("\r\n0\r\nGotm-Packets: %d\r\n\r\n".formatted(packets));
    assertThat(cut)
        .endsWith("\r\n0\r\nGotm-Packets: 2\r\nGotm-Cut-Short: limit of 2 packets\r\n\r\n");
  }

  @Test
  void shouldAnswerALinkWithANamedFileOfTheFormatThatIsAskedFor() {
    alice.check(
        rig.url("/pcap?query=udp+port+53&format=pcapng&packets=3"),
        "-OJ",
        "--output-dir",
        file(""));

    assertThat(Command.check("capinfos", "-Mtc", file("udp-port-53.pcapng")))
        .contains("pcapng", "Number of packets:   3");
  }

  @Test
  void shouldGiveCountersAsStenographerDoes() throws InterruptedException {
    local.check(ANY + "/query", "-d", "udp", "-o", file("answer.pcap"));
    rig.awaitLine("status=ok"); // which is counted by then, but may be under way still
    while (rig.counts().running() > 0) {
      Thread.onSpinWait();
    }

    List<String> lines = local.check(ANY + "/debug/stats").lines().toList();

    assertThat(lines).isSorted().allMatch(line -> line.matches("[a-z_]+\t\\d+"));
    String first = packets(Captures.extract(ServerRig.CAPTURE, folder), "").split("[. ]")[0];
    assertThat(lines)
        .contains(
            "aged_files\t3", "current_files\t1", "indexfile_current_reads\t0", "queries_ok\t1")
        .anyMatch(line -> line.startsWith("oldest_timestamp\t" + first));
  }

  @ParameterizedTest
  @CsvSource({
    "/query, 'host 10.1.2', '', 400, \"query 'host 10.1.2', character 6: '10.1.2' is no address\"",
    "/query, udp, 'Steno-Limit-Bytes: many', 400, Invalid Limit Headers",
    "/query, udp, 'Gotm-Format: erf', 400, the format is not",
    "/nothing, udp, '', 404, see /",
    "/pcap, udp, '', 405, only GET",
  })
  void shouldRefuseInALine(String path, String query, String header, int status, String words) {
    Curl curl =
        header.isEmpty()
            ? local
            : new Curl(Stream.concat(local.options().stream(), Stream.of("-H", header)).toList());

    String answer = curl.check(ANY + path, "-d", query, "-w", "%{http_code}");

    assertThat(answer).startsWith(words.replace("\"", "")).endsWith("\n" + status);
  }

  @Test
  void shouldRefuseQueriesAndHeadsThatAreTooLong() {
    String big = "a".repeat(70_000);

    assertThat(local.check(ANY + "/query", "-d", big, "-w", "%{http_code}"))
        .isEqualTo("could not read request body\n400");
    assertThat(local.check(ANY + "/query", "-H", "X: " + big, "-w", "%{http_code}"))
        .endsWith("\n431");
  }

  @Test
  void shouldRefuseWhoHasNoCertificateOfTheAuthority() throws InterruptedException {
    Path foreign = folder.resolve("foreign");
    ServerRig.makeKeys(foreign, "alice");
    String authority = keys.resolve("ca_cert.pem").toString();

    Command.Result without =
        new Curl(List.of("--cacert", authority)).run(rig.url("/query"), "-d", "");
    rig.awaitLine("query connection from 127.0.0.1 refused: ");
    Command.Result other =
        new Curl(
                List.of(
                    "--cacert",
                    authority,
                    "--cert",
                    foreign.resolve("client_alice_cert.pem").toString(),
                    "--key",
                    foreign.resolve("client_alice_key.pem").toString()))
            .run(rig.url("/query"), "-d", "");

    assertThat(without.exitCode()).isNotZero();
    assertThat(without.output()).contains("alert");
    assertThat(other.exitCode()).isNotZero();
    assertThat(other.output()).contains("alert");
    assertThat(rig.counts().count(Outcome.OK)).isZero();
  }

  @Test
  void shouldAnswerEachClientOnlyWhatItMaySee() throws Exception {
    Files.writeString(
        rig.access(), "# who\n\nalice not udp\n\"bob\" udp src port 53 # no comment\n");
    assertThat(alice.check(rig.url("/query"), "-d", "")).isEqualTo("you may not ask here\n");
    assertThat(rig.awaitLine("nobody may ask")).contains(rig.access() + ":4: ");

    Files.writeString(rig.access(), "# who\n\nalice not udp\nbob udp src port 53\n");
    alice.check(rig.url("/query"), "-d", "udp or tcp", "-o", file("alice.pcap"));
    Curl.as(keys, "client_bob").check(rig.url("/query"), "-d", "udp", "-o", file("bob.pcap"));

    assertThat(packets(folder.resolve("alice.pcap"), "")).isEqualTo(expected("tcp"));
    assertThat(packets(folder.resolve("bob.pcap"), "")).isEqualTo(expected("udp src port 53"));
  }

  @Test
  void shouldTakeAClientOutOfTheListAtOnce() throws Exception {
    String fingerprint =
        Command.check(
                "openssl",
                "x509",
                "-noout",
                "-fingerprint",
                "-sha256",
                "-in",
                keys.resolve("client_alice_cert.pem").toString())
            .strip()
            .replaceFirst(".*=", "sha256:");
    String[] query = {rig.url("/query"), "-d", "udp", "-o", file("a"), "-w", "%{http_code}"};

    Files.writeString(rig.access(), fingerprint + "\n");
    assertThat(alice.check(query)).isEqualTo("200");
    Files.writeString(rig.access(), "bob\n");
    assertThat(alice.check(query)).isEqualTo("403");
    rig.awaitLine("who=alice sha256=");
    Files.writeString(rig.access(), "bob\nalice"); // still being written
    assertThat(alice.check(query)).isEqualTo("403");
    Files.delete(rig.access());
    assertThat(alice.check(query)).isEqualTo("403");
  }

  @Test
  void shouldSearchTwoAtATimeAndLetNoMoreWaitThanEight() throws Exception {
    holds = true;
    List<Process> clients = new ArrayList<>();
    for (int i = 0; i < 2 + SearchThreads.WAITING + 1; i++) {
      clients.add(local.start(ANY + "/query", "-d", "udp", "-o", "/dev/null", "-D-"));
    }

    rig.awaitLine("reason='too many queries at a time'");
    shown.acquire(2);
    assertThat(rig.counts().running()).isEqualTo(2);
    assertThat(local.check(ANY + "/debug/stats")).contains("indexfile_current_reads\t2\n");
    holds = false;
    mayGoOn.release(2);

    List<String> heads = new ArrayList<>();
    for (Process client : clients) {
      heads.add(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      client.waitFor();
    }
    assertThat(heads).filteredOn(head -> head.startsWith("HTTP/1.1 200")).hasSize(10);
    assertThat(heads)
        .filteredOn(head -> head.startsWith("HTTP/1.1 503"))
        .singleElement()
        .asString()
        .contains("Retry-After: 10");
  }

  @Test
  void shouldGiveWayToAllOthers() throws Exception {
    holds = true;
    Process client = local.start(ANY + "/query", "-d", "udp", "-o", "/dev/null");
    shown.acquire();

    Path thread = null;
    try (Stream<Path> threads = Files.list(Path.of("/proc/self/task").toRealPath())) {
      for (Path each : threads.toList()) {
        if (Files.readString(each.resolve("comm")).startsWith("query-0")) {
          thread = each;
        }
      }
    }
    assertThat(Command.check("awk", "{print $19}", thread + "/stat")).isEqualTo("19\n");
    assertThat(Command.check("ionice", "-p", thread.getFileName() + "")).isEqualTo("idle\n");
    mayGoOn.release();
    assertThat(client.waitFor()).isZero();
  }

  @Test
  void shouldEndASearchThatNobodyWaitsFor() throws Exception {
    holds = true;
    Process client = alice.start(rig.url("/query"), "-d", "host 1.2.3.4", "-o", "/dev/null");
    shown.acquire();

    client.destroyForcibly().waitFor();
    mayGoOn.release();

    assertThat(rig.awaitLine("query who=alice"))
        .contains("status=cancelled packets=0 bytes=0", "reason='the client has gone'");
    assertThat(rig.counts().count(Outcome.CANCELLED)).isEqualTo(1);
  }

  @Test
  void shouldSayWhatFailedBeforeTheFirstPacket() throws Exception {
    failure = "the disk is away";

    assertThat(local.check(ANY + "/query", "-d", "udp", "-w", "%{http_code}"))
        .isEqualTo("the disk is away\n500");
    assertThat(rig.awaitLine("query who=")).contains("status=failed");
  }

  /**
   * The second file is a pipe, of which nothing comes: what the first has is with the client
   * nevertheless. What is behind the break is told, and a client that does not understand it fails.
   */
  @Test
  void shouldSendPacketsAtOnceAndBreakOffAnAnswerThatIsNotWhole() throws Exception {
    Path pipe = folder.resolve("out/2026/01/01/2026-01-01T00-00-01.pcap");
    Command.check("mkfifo", pipe.toString());
    Process client = local.start(ANY + "/query", "--raw", "-N", "-d", "");
    Files.write(pipe, firstPacketMuchLater()); // to see when it begins

    InputStream answer = client.getInputStream();
    byte[] begin = answer.readNBytes(PCAP_HEADER + 1000);
    try (OutputStream rest = Files.newOutputStream(pipe)) { // once it is its turn
      rig.server().cancel();
      rest.write(firstPacketMuchLater());
    }
    String end = new String(answer.readAllBytes(), StandardCharsets.ISO_8859_1);

    assertThat(begin).hasSize(PCAP_HEADER + 1000);
    assertThat(end).contains("\r\n0\r\nGotm-Error: the server ends\r\n");
    assertThat(client.waitFor()).isNotZero();
    assertThat(rig.awaitLine("query who=")).contains("status=failed", "the server ends");
  }

  private static byte[] firstPacketMuchLater() {
    ByteBuffer bytes =
        ByteBuffer.wrap(Captures.get(ServerRig.CAPTURE).bytes()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(PCAP_HEADER, Integer.MAX_VALUE); // seconds
    int caplen = bytes.getInt(PCAP_HEADER + 8);
    return Arrays.copyOf(bytes.array(), PCAP_HEADER + 16 + caplen);
  }

  @Test
  void shouldWaitForNobodyWhoSendsNoBody() throws Exception {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(rig.socket()));
      OutputStream out = Channels.newOutputStream(channel);
      out.write("POST /query HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nu".getBytes());

      Channels.newInputStream(channel).readAllBytes(); // ends when the server closes it
    }
    assertThat(rig.awaitLine("query who=")).contains("status=refused", "could not read");
  }

  @Test
  void shouldAnswerGarbageWithAnErrorAndGoOn() throws Exception {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(rig.socket()));
      Channels.newOutputStream(channel).write("\u0001\u0002 nonsense\r\n\r\n".getBytes());

      assertThat(new String(Channels.newInputStream(channel).readAllBytes()))
          .startsWith("HTTP/1.1 400 ");
    }
    assertThat(local.check(ANY + "/")).contains("POST /query");
  }

  @Test
  void shouldWriteWhatClientsSendAsOneReadableLine() throws Exception {
    local.check(ANY + "/query", "-d", "host \u001b[2J\n2026/01/01 gotm: 'x' status=ok \u00e9");

    assertThat(rig.awaitLine("query who="))
        .contains(" from=socket status=refused packets=0 bytes=0 files=0 ")
        .endsWith(" query='host \\u001b[2J\\u000a2026/01/01 gotm: \\'x\\' status=ok \\u00e9'")
        .matches("[ -~]+");
  }

  @Test
  void shouldCloseIdleConnectionsForNewOnes() throws Exception {
    List<SocketChannel> idle = new ArrayList<>();
    for (int i = 0; i < QueryConnector.MOST + 10; i++) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      channel.connect(UnixDomainSocketAddress.of(rig.socket()));
      idle.add(channel);
    }

    assertThat(local.check(ANY + "/")).contains("POST /query");
    for (SocketChannel channel : idle) {
      channel.close();
    }
  }

  @Test
  void shouldTakeNewKeysWithoutARestart() throws Exception {
    Path copy = Files.createDirectory(folder.resolve("keys"));
    for (String name : List.of("ca_cert.pem", "server_cert.pem", "server_key.pem")) {
      Files.copy(keys.resolve(name), copy.resolve(name));
    }
    Path others = folder.resolve("others");
    ServerRig.makeKeys(others, "alice");
    Curl later = Curl.as(others, "client_alice");
    Path second = Files.createDirectory(folder.resolve("second"));
    try (ServerRig server = new ServerRig(second, copy, () -> {})) {
      assertThat(alice.check(server.url("/"))).contains("POST /query");
      Files.writeString(copy.resolve("server_cert.pem"), "nonsense");
      server.server().reload();
      assertThat(server.awaitLine("the keys stay as they are")).contains("server_cert.pem: has no");
      assertThat(alice.check(server.url("/"))).contains("POST /query");

      for (String name : List.of("ca_cert.pem", "server_cert.pem", "server_key.pem")) {
        Files.write(copy.resolve(name), Files.readAllBytes(others.resolve(name)));
      }
      server.server().reload();
      assertThat(later.check(server.url("/"))).contains("POST /query");
      assertThat(alice.run(server.url("/")).exitCode()).isNotZero();
    }
  }

  @Test
  void shouldLetUserAndGroupAloneUseTheSocketAndReplaceOnlyADeadOne() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(rig.socket())))
        .isEqualTo("rw-rw----");
    assertThat(reason(rig.socket())).contains("another process listens there");
    Path foreign = Files.writeString(folder.resolve("foreign"), "kept");
    assertThat(reason(foreign)).contains("no socket: it is left alone");
    assertThat(foreign).hasContent("kept");

    Path dead = folder.resolve("dead");
    Command.check(
        "python3", "-c", "import socket,sys; socket.socket(1).bind(sys.argv[1])", dead.toString());
    UnixSocket.bind(dead, 1, Optional.empty()).close();
  }

  private static String reason(Path socket) {
    try {
      UnixSocket.bind(socket, 1, Optional.empty()).close();
      return "";
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  @Test
  void shouldEndAtOnce() throws Exception {
    holds = true;
    Process client = local.start(ANY + "/query", "-d", "udp", "-w", "%{http_code}");
    shown.acquire();

    rig.close();
    mayGoOn.release();

    assertThat(client.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(client.exitValue()).isNotZero();
  }
}
