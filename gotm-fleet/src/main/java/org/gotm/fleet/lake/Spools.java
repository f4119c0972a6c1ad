package org.gotm.fleet.lake;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gotm.app.daemon.StartException;
import org.gotm.core.failure.Reason;
import org.gotm.store.flows.SpoolNames;

/** The finished spool files that are meant by what was given on the command line. */
final class Spools {
  private Spools() {}

  /**
   * All files, those of a folder by name and so by time.
   *
   * @param given files, folders of them, or output folders of recorders
   * @throws StartException if one cannot be meant; one line
   */
  static List<Path> of(List<Path> given) {
    List<Path> files = new ArrayList<>();
    for (Path path : given) {
      if (Files.isDirectory(path)) {
        Path flows = SpoolNames.folder(path);
        files.addAll(in(Files.isDirectory(flows) ? flows : path));
      } else if (!isSpool(path)) {
        throw new StartException(
            "%s: not a folder, nor a finished file of flow records, whose name ends in %s"
                .formatted(path, SpoolNames.FINISHED));
      } else {
        files.add(path);
      }
    }
    return files;
  }

  private static boolean isSpool(Path path) {
    return path.toString().endsWith(SpoolNames.FINISHED)
        && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static List<Path> in(Path folder) {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        if (isSpool(file)) {
          files.add(file);
        }
      }
    } catch (IOException e) {
      throw new StartException("%s: cannot be listed: %s".formatted(folder, Reason.of(e)), e);
    }
    files.sort(null);
    return files;
  }
}
