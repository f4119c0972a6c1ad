import com.google.googlejavaformat.java.Formatter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Formats the Java sources below the working directory, or checks that they are formatted.
 *
 * <p>Usage: {@code CheckFormat check|write}. Generated bindings are left alone.
 */
public final class CheckFormat {
  private CheckFormat() {}

  public static void main(String[] args) throws Exception {
    boolean write = args.length > 0 && args[0].equals("write");
    List<Path> files;
    try (var tree = Files.walk(Path.of(""))) {
      files = tree.filter(CheckFormat::isSource).sorted().toList();
    }
    int unformatted = 0;
    for (Path file : files) {
      String source = Files.readString(file);
      String formatted = new Formatter().formatSourceAndFixImports(source);
      if (formatted.equals(source)) {
        continue;
      }
      unformatted++;
      if (write) {
        Files.writeString(file, formatted);
      } else {
        System.err.println("not formatted: " + file);
      }
    }
    System.out.printf(
        "format: %d files, %d %s%n", files.size(), unformatted, write ? "written" : "unformatted");
    if (unformatted > 0 && !write) {
      System.err.println("to format them: mvn -N initialize -Dgotm.format=write");
      System.exit(1);
    }
  }

  private static boolean isSource(Path file) {
    String name = file.toString().replace('\\', '/');
    return name.endsWith(".java") && !name.contains("generated/") && !name.contains("target/");
  }
}
