package org.gotm.fleet.lake;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file of the table that is written, but not yet in its place.
 *
 * @param written where it is
 * @param target where it goes
 */
record Part(Path written, Path target) {

  /** Has the disk take what was written. */
  void sync() throws IOException {
    try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Puts it into its place, over the one that an earlier attempt put there. */
  void publish() throws IOException {
    Files.createDirectories(target.getParent());
    Files.move(
        written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Has the disk take which files a folder has. */
  static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
