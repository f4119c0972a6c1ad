package org.gotm.app;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What a test needs of the machine. Missing, the test is skipped, but fails if CI is "true". */
public final class Requirement {
  private Requirement() {}

  /** A program on PATH. */
  public static void program(String name) {
    require(
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, name))),
        name);
  }

  /** The rights of root. */
  public static void root() {
    require("root".equals(System.getProperty("user.name")), "root");
  }

  private static void require(boolean there, String what) {
    if (there) {
      return;
    }
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError("the test needs " + what);
    }
    abort("the test needs " + what);
  }
}
