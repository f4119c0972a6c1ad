package org.gotm.store.retain;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;

/** The disk that a folder is on. Any thread. */
@FunctionalInterface
interface Disk {
  /**
   * How full a disk is.
   *
   * @param freeBytes what an ordinary user may still write, by statvfs(3)
   * @param sizeBytes of all of it
   */
  record Space(long freeBytes, long sizeBytes) {}

  /** How full the disk is now. */
  Space space() throws IOException;

  /** The disk of a folder; another one if something is mounted there later. */
  static Disk of(Path folder) {
    File file = folder.toFile();
    return () -> {
      Space space = new Space(file.getUsableSpace(), file.getTotalSpace());
      if (space.sizeBytes() == 0) {
        throw new IOException("the file system does not tell how large it is");
      }
      return space;
    };
  }
}
