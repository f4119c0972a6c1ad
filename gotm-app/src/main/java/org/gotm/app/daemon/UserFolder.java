package org.gotm.app.daemon;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.gotm.core.failure.Reason;
import org.gotm.ffm.linux.UserAccount;

/**
 * The output folder of a user that root becomes: it may be missing, or be root's, with files and
 * folders of an earlier run. Nothing that is there is given to the user, as it may be a link that
 * somebody else has made; the administrator is told how to.
 *
 * @param user that is to write there
 * @param folder as the user of gotm gave it
 */
record UserFolder(UserAccount user, Path folder) {
  private static final String OF_GOTM = "{.gotm.lock,*_current.pcap.tmp*}";
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuu/MM/dd");

  /** Makes the folder, and those that it is in, for the user, as far as they are missing. */
  void make() throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path at = folder.toAbsolutePath(); !Files.exists(at); at = at.getParent()) {
      missing.push(at);
    }
    for (Path path : missing) {
      Files.createDirectory(path);
      Files.setAttribute(path, "unix:uid", user.uid(), LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:gid", user.gid(), LinkOption.NOFOLLOW_LINKS);
    }
  }

  /**
   * Looks, as the user, whether files can be written and leftovers be repaired.
   *
   * @throws StartException if files cannot be written
   */
  void check(Consumer<String> log) {
    checkWritable(folder);
    Path at = folder;
    for (Path name : Path.of(DAY.format(LocalDate.now()))) {
      at = at.resolve(name);
      if (Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
        checkWritable(at);
      }
    }
    int others = filesOfOthers();
    if (others > 0) {
      log.accept(
          "write=%s: %d files of an earlier run belong to another user: they are not repaired; run: %s"
              .formatted(folder, others, remedy()));
    }
  }

  private void checkWritable(Path path) {
    if (!Files.isWritable(path) || !Files.isExecutable(path)) {
      throw new StartException(
          "write=%s: user %s may not write to %s; run: %s, or choose another -write or -user"
              .formatted(folder, user.name(), path, remedy()));
    }
  }

  private String remedy() {
    return "chown -R %s: %s".formatted(user.name(), folder.toAbsolutePath().normalize());
  }

  private int filesOfOthers() {
    int count = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, OF_GOTM)) {
      for (Path file : files) {
        Object owner = Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        count += owner.equals(user.uid()) ? 0 : 1;
      }
      return count;
    } catch (IOException e) {
      throw new StartException(
          "write=%s: user %s may not read there: %s; run: %s"
              .formatted(folder, user.name(), Reason.of(e), remedy()),
          e);
    }
  }
}
