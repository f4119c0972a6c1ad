package org.gotm.fleet.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gotm.app.cli.Main;
import org.gotm.core.pcapfile.Captures;
import org.gotm.fleet.JavaProgram;
import org.gotm.store.flows.SpoolReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import shaded.parquet.com.fasterxml.jackson.core.StreamReadFeature;
import shaded.parquet.com.fasterxml.jackson.databind.DeserializationFeature;
import shaded.parquet.com.fasterxml.jackson.databind.JsonNode;
import shaded.parquet.com.fasterxml.jackson.databind.ObjectMapper;
import shaded.parquet.com.fasterxml.jackson.databind.json.JsonMapper;

/** What {@code gotm flows -json} prints is JSON, an object a line, to strict readers. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlowJsonTest {
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  @TempDir Path folder;

  /** Runs a command of the recorder's program; what it prints is in a file. */
  private Path gotm(List<String> prefix, List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(JavaProgram.command(Main.class));
    command.addAll(arguments);
    Path out = Files.createTempFile(folder, "out", "");
    Path errors = folder.resolve("errors");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(errors.toFile());
    builder.environment().put("LC_ALL", "C.UTF-8");
    assertThat(builder.start().waitFor()).as(Files.readString(errors)).isIn(0, 1); // 1: damaged
    return out;
  }

  private Path recorded() {
    return folder.resolve("recorded");
  }

  private void record(List<String> prefix, List<Path> captures) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-metrics-address=off", "-flows"));
    arguments.addAll(List.of("-write", recorded().toString()));
    captures.forEach(file -> arguments.addAll(List.of("-r", file.toString())));
    gotm(prefix, arguments);
  }

  private Path json() throws Exception {
    return gotm(List.of(), List.of("flows", "-write", recorded().toString(), "-json"));
  }

  private static List<JsonNode> objects(Path json) throws IOException {
    String text = Files.readString(json); // strictly UTF-8
    assertThat(text).endsWith("\n");
    List<JsonNode> objects = new ArrayList<>();
    for (String line : text.substring(0, text.length() - 1).split("\n", -1)) {
      objects.add(STRICT.readTree(line));
    }
    assertThat(objects).allMatch(JsonNode::isObject);
    return objects;
  }

  private static List<Path> captures() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(".."), 8)) {
      return files
          .filter(file -> file.toString().matches("\\.\\./gotm-\\w+/src/test/resources/.*"))
          .filter(file -> file.toString().matches(".*\\.(pcap|pcapng|cap|snoop)(\\.gz|\\.zst)?"))
          .sorted()
          .toList();
    }
  }

  private long records() throws IOException {
    long count = 0;
    try (Stream<Path> spools = Files.list(recorded().resolve("flows"))) {
      for (Path spool : spools.filter(file -> file.toString().endsWith(".flows")).toList()) {
        try (SpoolReader reader = new SpoolReader(spool)) {
          while (reader.next() != null) {
            count++;
          }
        }
      }
    }
    return count;
  }

  @Test
  void shouldBeAnObjectForEachRecordOfAllCaptures() throws Exception {
    List<Path> captures = captures();
    assertThat(captures).hasSizeGreaterThan(70);

    record(List.of(), captures);
    Path json = json();

    List<JsonNode> objects = objects(json);
    assertThat(objects).hasSizeGreaterThan(2000).hasSize((int) records());
    long packets = objects.stream().mapToLong(FlowJsonTest::packets).sum();
    assertThat(inDuckDb(json))
        .isEqualTo("%d,%d,TIMESTAMP WITH TIME ZONE".formatted(objects.size(), packets));
  }

  private static long packets(JsonNode flow) {
    return flow.get("source_packets").longValue() + flow.get("destination_packets").longValue();
  }

  private static String inDuckDb(Path json) throws Exception {
    return DuckDb.linesOf(
            "select count(*), sum(source_packets + destination_packets), any_value(typeof(event_start))"
                + " from read_json('%s', format = 'newline_delimited')".formatted(json))
        .getFirst();
  }

  /** The shell makes the name, whatever the locale of the test is. */
  @Test
  void shouldTellNamesOfAnyCharacters() throws Exception {
    String script =
        """
        name=$(printf 'a "b" \\\\c\\\\ \\177\\t\\303\\251\\342\\200\\250\\360\\237\\230\\200.pcap')
        cd "$0" && mv eth-sctp.pcap "$name" && exec "$@" -r "$name"
        """;
    Captures.extract("eth-sctp.pcap", folder);
    record(List.of("sh", "-c", script, folder.toString()), List.of());

    assertThat(objects(json()))
        .isNotEmpty()
        .extracting(flow -> flow.get("observer_ingress_interface_name").textValue())
        .containsOnly("a \"b\" \\c\\ ??\u00e9?\ud83d\ude00.pcap");
  }
}
