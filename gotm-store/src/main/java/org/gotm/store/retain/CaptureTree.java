package org.gotm.store.retain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;

/**
 * The finished files of an output folder, in their folders {@code yyyy/MM/dd}. Whatever else is
 * there, folders of other names, links, files of others, is neither entered nor touched. One
 * thread.
 */
final class CaptureTree {
  /** So many captures of a day are listed at once, the oldest. */
  private static final int LISTED = 5_000;

  /** Comes after each name of a day, month or year, and before the next. */
  private static final String BEHIND = "~";

  private static final Pattern YEAR = Pattern.compile("\\d{4}");
  private static final Pattern MONTH_OR_DAY = Pattern.compile("\\d\\d");
  private static final int DAY_LEVEL = 2;

  private final Path root;
  private final Trouble trouble;
  private final LongAdder reads = new LongAdder();

  /** What there is of one capture's name in a listing. */
  private static final class Found {
    final List<String> sidecars = new ArrayList<>();
    boolean isPinned;

    void add(CaptureName name) {
      if (name.isKeep()) {
        isPinned = true;
      } else if (!name.isCapture()) {
        sidecars.add(name.capture() + name.suffix());
      }
    }
  }

  /**
   * The tree in an output folder, which may be a link.
   *
   * @param trouble is told of what cannot be read
   */
  CaptureTree(Path root, Trouble trouble) {
    this.root = root;
    this.trouble = trouble;
  }

  /** The output folder. */
  Path root() {
    return root;
  }

  /** How many folders were read so far. */
  long reads() {
    return reads.sum();
  }

  /** The first folder of a day, {@code yyyy/MM/dd}; null if there is none. */
  String firstDay() throws IOException {
    return dayFrom("");
  }

  /** The next folder of a day behind another, or null. */
  String dayAfter(String day) throws IOException {
    return dayFrom(day + BEHIND);
  }

  private String dayFrom(String from) throws IOException {
    try (OpenFolder top = OpenFolder.of(root)) {
      return dayFrom(from, top, "", 0);
    }
  }

  private String dayFrom(String from, OpenFolder in, String path, int level) throws IOException {
    for (String name : subfolders(in, level == 0 ? YEAR : MONTH_OR_DAY)) {
      String child = path + name;
      String bound = level == DAY_LEVEL ? from : beginning(from, child.length());
      String day = child.compareTo(bound) < 0 ? null : dayFrom(from, in, name, child, level);
      if (day != null) {
        return day;
      }
    }
    return null;
  }

  private static String beginning(String text, int length) {
    return text.substring(0, Math.min(length, text.length()));
  }

  private String dayFrom(String from, OpenFolder in, String name, String child, int level) {
    try (OpenFolder folder = in.child(name)) {
      if (folder == null) {
        return null;
      }
      return level == DAY_LEVEL ? child : dayFrom(from, folder, child + "/", level + 1);
    } catch (IOException e) {
      cannotList(child, e);
      return null;
    }
  }

  /** Says that a folder cannot be listed, whose files stay until it can. */
  void cannotList(String path, IOException e) {
    trouble.report(Trouble.Cause.LIST, "list", root.resolve(path), e);
  }

  private List<String> subfolders(OpenFolder in, Pattern pattern) throws IOException {
    List<String> names = new ArrayList<>();
    reads.increment();
    for (String name; (name = in.nextName()) != null; ) {
      if (pattern.matcher(name).matches()) {
        names.add(name);
      }
    }
    names.sort(null);
    return names;
  }

  /** Opens the folder of a day; null if it has gone. */
  OpenFolder open(String day) throws IOException {
    reads.increment();
    String[] names = day.split("/");
    try (OpenFolder top = OpenFolder.of(root);
        OpenFolder year = top.child(names[0]);
        OpenFolder month = year == null ? null : year.child(names[1])) {
      return month == null ? null : month.child(names[2]);
    }
  }

  /**
   * The oldest captures of a day that are not pinned, in their order.
   *
   * @param after name of a capture that they come after, or empty
   */
  List<CaptureFile> list(String day, String after) throws IOException {
    TreeMap<String, Found> found = new TreeMap<>();
    try (OpenFolder folder = open(day)) {
      String beyond = null;
      for (String text; folder != null && (text = folder.nextName()) != null; ) {
        CaptureName name = CaptureName.of(text, day);
        if (name != null
            && name.capture().compareTo(after) > 0
            && (beyond == null || name.capture().compareTo(beyond) < 0)) {
          found.computeIfAbsent(name.capture(), key -> new Found()).add(name);
          beyond = found.size() > LISTED ? found.pollLastEntry().getKey() : beyond;
        }
      }
    }
    return captures(day, found);
  }

  private static List<CaptureFile> captures(String day, TreeMap<String, Found> found) {
    return found.entrySet().stream()
        .filter(entry -> !entry.getValue().isPinned)
        .map(entry -> new CaptureFile(day, entry.getKey(), entry.getValue().sidecars))
        .toList();
  }

  /**
   * Bytes that a capture and what lies beside it take; -1 if it is to be left alone: it has been
   * pinned, is no file, or has another name elsewhere (a hard link), so that its deletion would
   * free nothing.
   */
  long bytesOf(CaptureFile file) throws IOException {
    try (OpenFolder folder = open(file.day())) {
      if (folder == null) {
        return 0;
      }
      if (folder.attributes(file.name() + CaptureName.KEEP) != null || isStrange(file)) {
        return -1;
      }
      long bytes = sizeOf(folder, file.name());
      for (String sidecar : file.sidecars()) {
        bytes += sizeOf(folder, sidecar);
      }
      return bytes;
    }
  }

  private boolean isStrange(CaptureFile file) throws IOException {
    try {
      Map<String, Object> found =
          Files.readAttributes(
              root.resolve(file.path()), "unix:nlink,isRegularFile", LinkOption.NOFOLLOW_LINKS);
      return !found.get("isRegularFile").equals(true) || !found.get("nlink").equals(1);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Bytes of a regular file, 0 for anything else. */
  static long sizeOf(OpenFolder folder, String name) throws IOException {
    BasicFileAttributes found = folder.attributes(name);
    return found == null || !found.isRegularFile() ? 0 : found.size();
  }

  /** Deletes a capture, then what lies beside it. What has gone already is no error. */
  void delete(CaptureFile file) throws IOException {
    try (OpenFolder folder = open(file.day())) {
      if (folder != null) {
        folder.deleteFile(file.name());
        for (String sidecar : file.sidecars()) {
          folder.deleteFile(sidecar);
        }
      }
    }
  }

  /** Deletes the folder of a day, then that of its month and year, as far as they are empty. */
  void deleteIfEmpty(String day) throws IOException {
    String[] names = day.split("/");
    try (OpenFolder top = OpenFolder.of(root);
        OpenFolder year = top.child(names[0]);
        OpenFolder month = year == null ? null : year.child(names[1])) {
      if (month != null && month.deleteIfEmpty(names[2]) && year.deleteIfEmpty(names[1])) {
        top.deleteIfEmpty(names[0]);
      }
    }
  }
}
