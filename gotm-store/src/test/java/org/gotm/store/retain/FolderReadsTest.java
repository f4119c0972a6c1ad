package org.gotm.store.retain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import org.gotm.store.MemoryFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pass costs no more when there are many files: only folders whose files go are read. */
class FolderReadsTest {
  private static final int DAYS = 400;
  private static final int FILES_A_DAY = 500;

  @TempDir(factory = MemoryFolder.class)
  Path folder;

  @Test
  void shouldReadOnlyFoldersWhoseFilesAreNextToGo() throws IOException {
    makeTree();
    Trouble trouble = new Trouble(folder, () -> 0, line -> {});
    CaptureTree tree = new CaptureTree(folder, trouble);
    OldestFirst oldest = new OldestFirst(tree, () -> "");

    assertThat(oldest.peek().path()).isEqualTo("2024/01/01/2024-01-01T00-00-00.pcap");
    assertThat(tree.reads()).isLessThan(6);
    for (int i = 0; i < 3 * FILES_A_DAY; i++) {
      oldest.peek();
      oldest.take();
    }
    assertThat(oldest.peek().path()).startsWith("2024/01/04/");
    assertThat(tree.reads()).isLessThan(30);
  }

  private void makeTree() throws IOException {
    for (int d = 0; d < DAYS; d++) {
      String day = LocalDate.of(2024, 1, 1).plusDays(d).toString();
      Path path = Files.createDirectories(folder.resolve(day.replace('-', '/')));
      for (int i = 0; i < FILES_A_DAY; i++) {
        String time = "T%02d-%02d-%02d".formatted(i / 60, i % 60, 0);
        Files.createFile(path.resolve(day + time + ".pcap"));
      }
    }
  }
}
