package org.gotm.store.query;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.gotm.store.file.FileNames;

/** The capture files of an output folder: those that are written, and the finished ones by day. */
final class CaptureFolder {
  private static final Pattern YEAR = Pattern.compile("\\d{4}");
  private static final Pattern TWO = Pattern.compile("\\d{2}");
  private static final Pattern CAPTURE =
      Pattern.compile(
          "\\d{4}-\\d{2}-\\d{2}T\\d{2}-\\d{2}-\\d{2}[^/]*\\.pcap(?:ng)?(?:\\.gz|\\.zst)?");

  private CaptureFolder() {}

  /** All finished files, in the order of their names. */
  static List<Path> list(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path year : entries(folder, YEAR)) {
      for (Path month : entries(year, TWO)) {
        for (Path day : entries(month, TWO)) {
          files.addAll(entries(day, CAPTURE));
        }
      }
    }
    return files;
  }

  /**
   * Files that are written now, are about to be finished, or were left by a run that was killed.
   */
  static List<Path> current(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, FileNames::isLeftover)) {
      for (Path file : all) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          files.add(file);
        }
      }
    }
    return files;
  }

  private static List<Path> entries(Path folder, Pattern names) throws IOException {
    List<Path> entries = new ArrayList<>();
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return entries;
    }
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(
            folder, path -> names.matcher(path.getFileName().toString()).matches())) {
      all.forEach(entries::add);
    } catch (NoSuchFileException e) {
      return List.of(); // deleted by retention since it was listed
    }
    entries.sort(null);
    return entries;
  }
}
