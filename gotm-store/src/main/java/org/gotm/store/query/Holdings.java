package org.gotm.store.query;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What there is to search.
 *
 * @param files finished capture files
 * @param oldestNanos time of the first packet of the oldest of them, in nanoseconds since 1970; 0
 *     if there is none, or it cannot be read
 */
public record Holdings(int files, long oldestNanos) {
  /**
   * Looks what finished files output folders have now.
   *
   * @throws IOException if a folder cannot be read
   */
  public static Holdings of(List<Path> folders) throws IOException {
    int files = 0;
    long oldest = Long.MAX_VALUE;
    for (Path folder : folders) {
      List<Path> all = CaptureFolder.list(folder);
      files += all.size();
      if (!all.isEmpty()) {
        oldest = Math.min(oldest, FirstPacket.nanos(all.getFirst(), note -> {}));
      }
    }
    return new Holdings(files, oldest == Long.MAX_VALUE ? 0 : oldest);
  }
}
