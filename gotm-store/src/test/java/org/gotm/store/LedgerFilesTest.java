package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gotm.core.packet.LinkType;
import org.gotm.store.api.Compression;
import org.gotm.store.api.FinishedFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The account of a file beside it. */
class LedgerFilesTest {
  private static final Map<String, String> OPTIONS = Map.of("filter", "a \"quoted\" \\ word\n");

  @TempDir Path folder;
  private final List<FinishedFile> files = new ArrayList<>();
  private final LogLines log = new LogLines();

  @BeforeAll
  static void requireTools() {
    Tool.require("python3");
  }

  private void record() {
    try (Recording recording =
            Recording.into(folder)
                .compression(Compression.zstd())
                .clock(() -> Rig.START)
                .zone(ZoneOffset.UTC)
                .log(log)
                .onFinished(files::add)
                .fileLedgers("test 1.0", OPTIONS)
                .open();
        RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
      packets.add(new byte[60], Rig.START);
      packets.add(new byte[60], Rig.START + 1);
    }
  }

  private static Path besides(Path file) {
    return file.resolveSibling(file.getFileName() + ".json");
  }

  /** Values by python's own reader. */
  private static String value(Path json, String expressions) {
    String program = "import json,sys; d=json.load(open(sys.argv[1])); print(%s)";
    return Tool.run("python3 -c \"$2\" \"$1\"", json, program.formatted(expressions)).strip();
  }

  @Test
  void shouldHoldTheSameFiguresAsTheLedger() {
    record();
    Path json = besides(files.getFirst().path());

    assertThat(value(json, "d['packets'], d['ledger']['written'], d['ledger']['received']"))
        .isEqualTo("2 2 2");
    assertThat(value(json, "d['interfaces'][0]['workers'][0]['ledger']['kept']")).isEqualTo("2");
    assertThat(value(json, "d['gotm'], d['file'], d['repaired']"))
        .isEqualTo("test 1.0 2017-08-29T17-45-58.pcap.zst False");
    assertThat(value(json, "d['first'], d['last']"))
        .isEqualTo("2017-08-29T17:45:58Z 2017-08-29T17:45:58.000000001Z");
    assertThat(value(json, "repr(d['options']['filter'])"))
        .isEqualTo("'a \"quoted\" \\\\ word\\n'");
    assertThat(Tool.files(folder, ".*\\.tmp")).isEmpty();
  }

  @Test
  void shouldLeaveAnotherProgramsFileAloneAndSaySo() throws IOException {
    Path day = Files.createDirectories(folder.resolve("2017/08/29"));
    Path theirs = Files.writeString(day.resolve("2017-08-29T17-45-58.pcap.zst.json"), "{}");
    record();

    assertThat(theirs).hasContent("{}");
    assertThat(files).hasSize(1);
    assertThat(String.join("\n", log.lines()))
        .contains("fileledger: cannot write", "another program's file");
  }

  @Test
  void shouldReplaceAStaleOneOfItsOwn() throws IOException {
    Path day = Files.createDirectories(folder.resolve("2017/08/29"));
    Path stale = day.resolve("2017-08-29T17-45-58.pcap.zst.json");
    Files.writeString(stale, "{\"gotm\":\"old\"}");
    record();

    assertThat(value(stale, "d['packets']")).isEqualTo("2");
  }

  @Test
  void shouldNotFollowALink() throws IOException {
    Path victim = Files.writeString(folder.resolve("victim"), "{\"gotm\":\"mine\"}");
    Path day = Files.createDirectories(folder.resolve("2017/08/29"));
    Files.createSymbolicLink(day.resolve("2017-08-29T17-45-58.pcap.zst.json"), victim);
    record();

    assertThat(victim).hasContent("{\"gotm\":\"mine\"}");
    assertThat(String.join("\n", log.lines())).contains("fileledger: cannot write");
  }
}
