package org.gotm.store.flows;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.gotm.store.file.FileNames;

/**
 * What the files of flow records are called, in an output folder. Any thread.
 *
 * <pre>
 * FOLDER/flows/2026-11-28T13-00-00Z_INTERFACES.flows       finished: by the time of its first record
 * FOLDER/flows/2026-11-28T14-00-00Z_INTERFACES.flows.tmp   the one that is written now
 * FOLDER/flows/INTERFACES.live                             flows that went on when it was asked
 * FOLDER/flows/INTERFACES.sock                             where to ask for them
 * </pre>
 */
public final class SpoolNames {
  /** What the names of finished files end with. */
  public static final String FINISHED = ".flows";

  static final String TEMPORARY = ".tmp";
  static final String LIVE = ".live";
  static final String SOCKET = ".sock";

  private static final String FOLDER = "flows";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss'Z'").withZone(ZoneOffset.UTC);
  private static final Pattern SPOOL =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\dZ_.+\\.flows(\\.tmp)?");

  private final Path folder;
  private final String base;

  /**
   * Names of one recorder.
   *
   * @param output its output folder
   * @param name of what it records, as for {@link FileNames}
   */
  SpoolNames(Path output, String name) {
    folder = folder(output);
    base = FileNames.base(name);
  }

  /** The folder of flow records in an output folder. */
  public static Path folder(Path output) {
    return output.resolve(FOLDER);
  }

  Path folder() {
    return folder;
  }

  /** A file that begins now, under a name that neither it nor the finished one has yet. */
  Path current(Instant now) {
    String name = TIME.format(now) + "_" + base;
    for (int n = 0; ; n++) {
      Path finished = folder.resolve((n == 0 ? name : name + "-" + n) + FINISHED);
      Path current = temporary(finished);
      if (Files.notExists(finished, LinkOption.NOFOLLOW_LINKS)
          && Files.notExists(current, LinkOption.NOFOLLOW_LINKS)) {
        return current;
      }
    }
  }

  /** The name of a file before it is finished. */
  static Path temporary(Path finished) {
    return finished.resolveSibling(finished.getFileName() + TEMPORARY);
  }

  /** What a current file is called when it is finished; it may be there already. */
  static Path finished(Path current) {
    return current.resolveSibling(stem(current));
  }

  /** True for a current file of this recorder. */
  boolean isOurCurrent(Path file) {
    String name = file.getFileName().toString();
    return name.matches(".{20}_" + Pattern.quote(base) + "(-\\d+)?\\.flows\\.tmp")
        && SPOOL.matcher(name).matches();
  }

  Path live() {
    return folder.resolve(base + LIVE);
  }

  Path socket() {
    return folder.resolve(base + SOCKET);
  }

  /**
   * Files of records in a folder, finished or not, the oldest first; none if there is no such
   * folder.
   */
  static List<Path> spools(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        if (SPOOL.matcher(file.getFileName().toString()).matches()) {
          files.add(file);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Collections.sort(files);
    return files;
  }

  /** The name of a file, the same while it is written and when it is finished. */
  static String stem(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(TEMPORARY) ? name.substring(0, name.length() - TEMPORARY.length()) : name;
  }

  /** Where the flows that go on are, of the recorder with this socket. */
  static Path live(Path socket) {
    String name = socket.getFileName().toString();
    String base = name.substring(0, name.length() - SOCKET.length());
    return socket.resolveSibling(base + LIVE);
  }

  static boolean isFinished(Path file) {
    return file.getFileName().toString().endsWith(FINISHED);
  }
}
