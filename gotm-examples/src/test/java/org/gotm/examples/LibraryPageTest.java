package org.gotm.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.pcapfile.PcapFileSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of docs/library.md are these, and do what they say. */
class LibraryPageTest {
  private static final Path PAGE = Path.of("../docs/library.md");
  private static final Path EXAMPLES = Path.of("src/main/java/org/gotm/examples");
  private static final Path EMBED =
      Path.of("../gotm-ffm/src/test/java/org/gotm/example/EmbedExample.java");
  private static final Pattern PROGRAM = Pattern.compile("(?ms)^```java\\n(package .*?)^```");

  @TempDir private Path folder;

  @Test
  void shouldQuoteProgramsThatCompile() throws IOException {
    List<String> quoted =
        PROGRAM.matcher(Files.readString(PAGE)).results().map(result -> result.group(1)).toList();

    assertThat(quoted)
        .containsExactlyInAnyOrder(
            read("KeptPackets.java"),
            read("RecordFile.java"),
            read("RecordFrames.java"),
            Files.readString(EMBED));
  }

  private static String read(String name) throws IOException {
    return Files.readString(EXAMPLES.resolve(name));
  }

  private List<Path> files(String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).toList();
    }
  }

  @Test
  void shouldRecordWhatIsWithinTheCutoff() throws IOException {
    Ledger ledger = RecordFile.record(PcapFileSource.open(ModulePathTest.CAPTURE), folder);

    assertThat(ledger.get(Counter.WRITTEN)).isPositive().isEqualTo(ledger.get(Counter.KEPT));
    assertThat(files(".pcap.zst")).isNotEmpty();
  }

  @Test
  void shouldRecordFrames() throws IOException {
    RecordFrames.main(new String[] {folder.toString()});

    assertThat(files(".pcap")).hasSize(1);
    assertThat(Files.size(files(".pcap").getFirst())).isEqualTo(24 + 10 * (16 + 60));
  }
}
