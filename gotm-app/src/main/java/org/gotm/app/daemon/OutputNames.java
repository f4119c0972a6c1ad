package org.gotm.app.daemon;

import java.nio.file.Path;
import java.util.List;

/** What a run is called in the names of its files and in statistics. */
final class OutputNames {
  private static final int MAX_LENGTH = 100;

  private OutputNames() {}

  /** The file's own name, or that of the first and how many more. */
  static String ofFiles(List<String> files) {
    String first = files.getFirst();
    Path name = first.equals("-") ? Path.of("stdin") : Path.of(first).getFileName();
    String shortened = name == null ? "root" : name.toString();
    shortened = shortened.substring(0, Math.min(shortened.length(), MAX_LENGTH));
    return files.size() == 1 ? shortened : shortened + "+" + (files.size() - 1);
  }
}
