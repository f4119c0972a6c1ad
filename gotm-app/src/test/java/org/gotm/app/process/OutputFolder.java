package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gotm.ffm.Command;

/**
 * What gotm has written into a folder.
 *
 * @param path the folder
 */
record OutputFolder(Path path) {
  private static final String INDEX = ".gix";
  private static final Pattern MOVED = Pattern.compile("moved \\S+ to (.+)$");
  private static final Pattern FINISHED =
      Pattern.compile(
          "(\\d{4})/(\\d\\d)/(\\d\\d)/\\1-\\2-\\3T\\d\\d-\\d\\d-\\d\\d"
              + "(_w\\d+)?(_linktype\\d+)?(x+\\d+)?\\.pcap(\\.gz|\\.zst)?");

  /** Everything in the folder but the lock and the indexes of captures, relative to it. */
  List<String> all() {
    List<String> files = regularFiles();
    return files.stream()
        .filter(name -> !(name.endsWith(INDEX) && files.contains(name.replace(INDEX, ""))))
        .toList();
  }

  private List<String> regularFiles() {
    if (!Files.exists(path)) {
      return List.of();
    }
    try (Stream<Path> tree = Files.walk(path)) {
      return tree.filter(Files::isRegularFile)
          .map(file -> path.relativize(file).toString())
          .filter(name -> !name.equals(".gotm.lock"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The finished files in the order in which the log tells of them; there must be no others. */
  List<Path> finished(List<String> log) {
    List<Path> files = new ArrayList<>();
    for (String line : log) {
      Matcher matcher = MOVED.matcher(line);
      if (matcher.find()) {
        files.add(Path.of(matcher.group(1)));
      }
    }
    assertThat(all()).allMatch(name -> FINISHED.matcher(name).matches(), "a finished name");
    assertThat(files)
        .map(file -> path.relativize(file).toString())
        .containsExactlyInAnyOrderElementsOf(all());
    return files;
  }

  /** The packets of all finished files, in the order of the files in the log. */
  List<FilePackets.Packet> packets(List<String> log) {
    return finished(log).stream().flatMap(file -> FilePackets.of(file).packets().stream()).toList();
  }

  /** Lets gzip or zstd check every packed file. */
  void assertPacksAreSound() {
    for (String name : all()) {
      if (name.endsWith(".gz")) {
        Command.check("gzip", "-t", path.resolve(name).toString());
      } else if (name.endsWith(".zst")) {
        Command.check("zstd", "-tq", path.resolve(name).toString());
      }
    }
  }
}
