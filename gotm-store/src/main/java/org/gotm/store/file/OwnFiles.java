package org.gotm.store.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/**
 * Tells gotm's files from what others have put into an output folder that they may write to: only a
 * regular file of the same user, with one name, is ever locked, repaired or moved. A link is never
 * followed. Any thread.
 */
public final class OwnFiles {
  private final Object user;

  private OwnFiles(Object user) {
    this.user = user;
  }

  /**
   * The files of the user that files in this folder belong to when we make them.
   *
   * @throws IOException if no file can be made there
   */
  static OwnFiles in(Path folder) throws IOException {
    Path probe = Files.createTempFile(folder, ".gotm", ".probe");
    try {
      return new OwnFiles(attributes(probe).get("uid"));
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  private static Map<String, Object> attributes(Path path) throws IOException {
    return Files.readAttributes(
        path, "unix:uid,nlink,isRegularFile,isSymbolicLink", LinkOption.NOFOLLOW_LINKS);
  }

  /** Why a file is not to be touched, in words that follow its name, or null if it may be. */
  public String strangeness(Path path) throws IOException {
    Map<String, Object> found = attributes(path);
    if (found.get("isSymbolicLink").equals(true)) {
      return "is a symbolic link";
    }
    if (!found.get("isRegularFile").equals(true)) {
      return "is not a file";
    }
    if (!found.get("uid").equals(user)) {
      return "belongs to another user";
    }
    return found.get("nlink").equals(1) ? null : "has another name elsewhere (a hard link)";
  }
}
