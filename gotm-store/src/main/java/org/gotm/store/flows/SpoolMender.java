package org.gotm.store.flows;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import org.gotm.core.failure.Reason;
import org.gotm.store.file.FinishedNames;

/** Finishes the files of flow records that a crash left behind. One thread. */
final class SpoolMender {
  private final SpoolNames names;
  private final Consumer<String> log;

  SpoolMender(SpoolNames names, Consumer<String> log) {
    this.names = names;
    this.log = log;
  }

  /** Mends all that were this recorder's; one that cannot be mended stays, and is named. */
  void mendAll() throws IOException {
    for (Path file : SpoolNames.spools(names.folder())) {
      if (names.isOurCurrent(file) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        try {
          mend(file);
        } catch (IOException e) {
          log.accept("flows: %s cannot be mended: %s".formatted(file, Reason.of(e)));
        }
      }
    }
  }

  private void mend(Path file) throws IOException {
    long end;
    try (SpoolReader reader = new SpoolReader(file)) {
      end = reader.wholeLength();
    } catch (SpoolFormatException e) {
      Files.move(file, file.resolveSibling(file.getFileName() + ".damaged"));
      log.accept("flows: %s; put aside".formatted(e.getMessage()));
      return;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(end);
      channel.force(true);
    }
    Path finished = SpoolNames.finished(file);
    if (Files.exists(finished, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("there is a file " + finished + " already");
    }
    Files.move(file, finished, StandardCopyOption.ATOMIC_MOVE);
    FinishedNames.syncFolder(names.folder());
    log.accept("flows: mended %s".formatted(finished));
  }
}
