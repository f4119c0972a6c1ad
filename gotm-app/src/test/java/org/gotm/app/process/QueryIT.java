package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.process.GotmLaunch.gotm;
import static org.gotm.app.process.GotmLaunch.quiet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets found again by the commands query and index. */
class QueryIT {
  private static final String QUERY = "host 10.1.31.1 or udp port 53 and not tcp";

  @TempDir Path folder;
  private Path out;
  private Path answer;

  @BeforeEach
  void prepare() {
    Command.require("tcpdump");
    out = folder.resolve("out");
    answer = folder.resolve("answer.pcap");
  }

  private Path record(String capture, String... options) {
    Path file = Captures.extract(capture, folder);
    quiet("-r", file, "-write", out, "-packetcutoff=0", "-bytecutoff=0")
        .and((Object[]) options)
        .run();
    return file;
  }

  private static String packets(Path file, String expression) {
    return Command.check(
        "sh", "-c", "tcpdump -nn -tt -x -r \"$1\" \"$2\" 2>/dev/null", "-", file + "", expression);
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "gzip", "zstd"})
  void shouldFindWhatTcpdumpFindsWithAndWithoutAnIndex(String compression) {
    Path file =
        record(
            "eth-udp-dns.pcap",
            "-compress=" + compression,
            "-timestampprecision=micro",
            "-index=off");

    List<Path> files = new OutputFolder(out).all().stream().map(out::resolve).toList();
    List<String> whole = gotm("query", "-write", out, QUERY, "-w", answer).run().log();
    assertThat(whole).singleElement().asString().contains("have no index and are searched whole");
    assertThat(packets(answer, "")).isEqualTo(packets(file, QUERY)).isNotEmpty();

    assertThat(gotm("index").and(files.toArray()).run().exitCode()).isZero();
    List<String> indexed = gotm("query", "-write", out, QUERY, "-w", answer).run().log();
    assertThat(indexed).isEmpty();
    assertThat(packets(answer, "")).isEqualTo(packets(file, QUERY));
  }

  @Test
  void shouldEndWith3WhenALimitCutTheAnswerShort() {
    record("eth-udp-dns.pcap");

    var ended = gotm("query", "-write", out, "-c", 2, "udp", "-w", answer).run();

    assertThat(ended.exitCode()).isEqualTo(3);
    assertThat(ended.log()).contains("gotm: cut short after 2 packets: limit of 2 packets");
    assertThat(packets(answer, "").lines().filter(line -> !line.startsWith("\t"))).hasSize(2);
  }

  @Test
  void shouldSayWhereAQueryIsWrong() {
    var ended = gotm("query", "-write", folder, "host 10.1.2").run();

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.log())
        .containsExactly(
            "gotm: query 'host 10.1.2', character 6: '10.1.2' is no address; names are not looked up; see gotm query --help");
  }

  /** It is there, and stays so: nobody is to make it. */
  @Test
  void shouldTellAFolderThatMayNotBeReadFromOneThatIsNotThere() throws IOException {
    Path closed = Files.createDirectories(out.resolve("pcaps"));
    Files.setPosixFilePermissions(out, PosixFilePermissions.fromString("rwx------"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));

    assertThat(
            gotm("query", "-write", closed, "tcp", "-w", "/dev/null")
                .under("setpriv", "--reuid=65534", "--clear-groups", "--regid=65534")
                .run()
                .log())
        .singleElement()
        .asString()
        .startsWith("gotm: write=" + closed + ": permission denied");
    assertThat(gotm("query", "-write", out.resolve("no"), "tcp", "-w", "/dev/null").run().log())
        .singleElement()
        .asString()
        .startsWith("gotm: write=" + out.resolve("no") + ": no such folder");
  }

  @Test
  void shouldAnswerWithNoPacketWhenNothingIsThere() throws Exception {
    Files.createDirectory(out);

    assertThat(gotm("query", "-write", out, "tcp", "-w", answer).run().exitCode()).isZero();

    assertThat(Files.size(answer)).isEqualTo(24);
  }
}
