package org.gotm.ffm.snf;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.gotm.ffm.Command;

/** The builds of the fake libsnf, made with gcc from {@code gotm-ffm/src/test/c/snf}. */
public enum FakeSnfBuild {
  /** Level 8, as SNFv3. */
  FULL,
  /** The layouts and functions of level 3. */
  LEVEL_3("-DFAKE_SNF_API=3"),
  /** The layouts of level 8 without the functions that came after level 3. */
  NO_NEWER("-DFAKE_SNF_NEWER=0"),
  /** Requests that are longer than those of level 8. */
  WIDE("-DFAKE_SNF_WIDE=1"),
  /** Requests whose members after the third are in another order. */
  SWAPPED("-DFAKE_SNF_SWAPPED=1");

  private static final List<String> GCC =
      List.of(
          "gcc",
          "-std=gnu11",
          "-O2",
          "-g",
          "-Wall",
          "-Wextra",
          "-Werror",
          "-shared",
          "-fPIC",
          "-fvisibility=hidden",
          "-pthread");

  private final List<String> switches;

  FakeSnfBuild(String... switches) {
    this.switches = List.of(switches);
  }

  /**
   * Compiles this build, unless that was done since the sources were changed.
   *
   * @return the library's file
   */
  public Path compile() {
    requireGcc();
    Path root = root();
    Path library =
        root.resolve("gotm-ffm/target/fake-snf")
            .resolve(name().toLowerCase(Locale.ROOT))
            .resolve("libsnf.so");
    List<Path> sources = files(root.resolve("gotm-ffm/src/test/c/snf"));
    Path header = root.resolve("native-headers/snf.h");
    if (isNewest(library, sources) && isNewest(library, List.of(header))) {
      return library;
    }
    List<String> command = new ArrayList<>(GCC);
    command.addAll(switches);
    command.addAll(List.of("-I", header.getParent().toString(), "-o", library.toString()));
    sources.stream().map(Path::toString).filter(name -> name.endsWith(".c")).forEach(command::add);
    try {
      Files.createDirectories(library.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Command.check(command);
    return library;
  }

  /** Skips the test where there is no gcc, or fails it if the environment says CI=true. */
  static void requireGcc() {
    if (Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "gcc")))) {
      return;
    }
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError("the fake libsnf needs gcc");
    }
    abort("the fake libsnf needs gcc");
  }

  /** The root of the repository. */
  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("native-headers/snf.h"))) {
      folder = folder.getParent();
    }
    return folder;
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isNewest(Path file, List<Path> others) {
    long time = file.toFile().lastModified();
    return others.stream().allMatch(other -> other.toFile().lastModified() < time);
  }
}
