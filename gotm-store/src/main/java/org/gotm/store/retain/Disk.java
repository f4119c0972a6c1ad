package org.gotm.store.retain;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
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
  static Disk of(Path folder) throws IOException {
    FileStore store = Files.getFileStore(folder);
    return () -> new Space(store.getUsableSpace(), store.getTotalSpace());
  }
}
