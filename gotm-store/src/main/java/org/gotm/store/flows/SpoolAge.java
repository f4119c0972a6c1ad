package org.gotm.store.flows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Consumer;
import org.gotm.core.failure.Reason;

/** Deletes finished files of flow records that are too old. One thread. */
final class SpoolAge {
  private final Path folder;
  private final Consumer<String> log;

  SpoolAge(Path folder, Consumer<String> log) {
    this.folder = folder;
    this.log = log;
  }

  /** Deletes those that were last written to before a time. */
  void deleteBefore(Instant time) throws IOException {
    int deleted = 0;
    for (Path file : SpoolNames.spools(folder)) {
      deleted += SpoolNames.isFinished(file) && deleteIfBefore(file, time) ? 1 : 0;
    }
    if (deleted > 0) {
      log.accept("flows: deleted %d files older than flowsage".formatted(deleted));
    }
  }

  private boolean deleteIfBefore(Path file, Instant time) {
    try {
      Instant written = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
      if (written.isBefore(time) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.delete(file);
        return true;
      }
    } catch (NoSuchFileException e) {
      // somebody else was faster
    } catch (IOException e) {
      log.accept("flows: %s cannot be deleted: %s".formatted(file, Reason.of(e)));
    }
    return false;
  }
}
