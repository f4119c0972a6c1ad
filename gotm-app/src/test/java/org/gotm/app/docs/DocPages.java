package org.gotm.app.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** README and the pages of docs/, as text that programs can look into. */
public final class DocPages {
  private static final Path HOME = Path.of("").toAbsolutePath().getParent();
  private static final Pattern FENCED = Pattern.compile("(?ms)^```\\w*\\n(.*?)^```");
  private static final Pattern SPAN = Pattern.compile("`([^`]+)`");

  private DocPages() {}

  /** README.md and docs/*.md. */
  public static List<Path> all() {
    List<Path> pages = new ArrayList<>();
    pages.add(HOME.resolve("README.md"));
    try (Stream<Path> docs = Files.list(HOME.resolve("docs"))) {
      docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pages;
  }

  /** The text of a file, by its path in the repository. */
  public static String text(String path) {
    return text(HOME.resolve(path));
  }

  /** The text of a page. */
  public static String text(Path page) {
    try {
      return Files.readString(page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Rows of all tables of a page. */
  public static List<String> tableRows(Path page) {
    return text(page).lines().filter(line -> line.startsWith("|")).toList();
  }

  /** What a page has in code font: spans, and the blocks, a command with its continuation lines. */
  public static List<String> code(Path page) {
    String text = text(page);
    List<String> code = new ArrayList<>();
    Matcher blocks = FENCED.matcher(text);
    while (blocks.find()) {
      blocks.group(1).replace("\\\n", " ").lines().forEach(code::add);
    }
    Matcher spans = SPAN.matcher(blocks.replaceAll(""));
    while (spans.find()) {
      code.add(spans.group(1));
    }
    return code;
  }

  /** What is in code font in some text. */
  public static List<String> spans(String text) {
    return SPAN.matcher(text).results().map(result -> result.group(1)).toList();
  }
}
