package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whichever call to the disk fails: what is called written is in files, and nothing else is. */
@Timeout(300)
class DiskErrorTest {
  private static final int ALL = 480;

  @TempDir Path parent;

  @BeforeAll
  static void requireTools() {
    Tool.require("gcc", "tcpdump", "zstd");
  }

  private static long value(String line, String name) {
    return Long.parseLong(line.replaceFirst(".*\\b" + name + "=(\\d+).*", "$1"));
  }

  @ParameterizedTest
  @CsvSource({
    "write,none,6",
    "short,none,6",
    "truncate,none,6",
    "fsync,none,6",
    "rename,none,5",
    "write,zstd,6",
    "short,zstd,6",
    "truncate,zstd,6",
    "fsync,zstd,6",
    "rename,zstd,5"
  })
  void shouldCallWrittenExactlyWhatIsInFilesWhicheverCallFails(
      String kind, String compression, int fewest) throws Exception {
    List<String> lines =
        DiskFaults.run(parent, "disk_errors", DiskErrorProgram.class, "outs", kind, compression);

    System.out.println("DiskErrorTest " + kind + " " + compression + ": " + lines.size() / 2);
    assertThat(lines).hasSizeGreaterThanOrEqualTo(2 * fewest);
    for (int i = 0; i < lines.size(); i += 2) {
      String line = lines.get(i);
      Path out = parent.resolve("outs").resolve(line.substring(0, line.indexOf(':')));
      assertThat(line).contains("balanced=yes");
      assertThat(lines.get(i + 1)).isEqualTo("unsynced: 0");
      assertThat(value(line, "kept")).isEqualTo(ALL);
      long inFiles = Tool.finished(out).stream().mapToLong(Tool::count).sum();
      assertThat(inFiles).as(line).isEqualTo(value(line, "written"));
      String left = kind.equals("fsync") ? ".*damaged.*" : ".*(current|damaged).*";
      assertThat(Tool.files(out, left)).as(line).isEmpty();
    }
  }
}
