package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gotm.app.process.GotmProcess.Ended;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command that deletes the oldest files once. */
class CleanupIT {
  @TempDir private Path folder;
  private Path one;
  private Path two;

  @BeforeEach
  void makeFolders() throws IOException {
    one =
        makeFolder(
            "one",
            "2020/01/02/2020-01-02T10-00-00.pcap",
            "2020/01/03/2020-01-03T10-00-00.pcap.zst");
    two = makeFolder("two", "2020/01/01/2020-01-01T10-00-00.pcap.gz", "2020/01/04/notes.txt");
  }

  private Path makeFolder(String name, String... files) throws IOException {
    Path made = folder.resolve(name);
    for (String file : files) {
      Files.createDirectories(made.resolve(file).getParent());
      Files.write(made.resolve(file), new byte[1000]);
    }
    return made;
  }

  private Ended cleanUp(Object... arguments) {
    return GotmLaunch.gotm("cleanup").and(arguments).in(folder).run();
  }

  @Test
  void shouldPrintWhatGoesAndDeleteItWhenItIsNotDry() {
    Object[] command = {"-write", "one", "-write", "two", "-maxage", "30d"};
    Ended dry = GotmLaunch.gotm("cleanup", "-dryrun").and(command).in(folder).run();

    assertThat(dry.exitCode()).as(dry.toString()).isZero();
    assertThat(dry.out())
        .containsExactly(
            "maxage 1000 two/2020/01/01/2020-01-01T10-00-00.pcap.gz",
            "maxage 1000 one/2020/01/02/2020-01-02T10-00-00.pcap",
            "maxage 1000 one/2020/01/03/2020-01-03T10-00-00.pcap.zst",
            "would delete 3 files, 3000 bytes (2.9 KiB)");
    assertThat(new OutputFolder(one).all()).hasSize(2);

    Ended ended = cleanUp(command);

    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(ended.out().subList(0, 3)).isEqualTo(dry.out().subList(0, 3));
    assertThat(ended.out().getLast()).isEqualTo("deleted 3 files, 3000 bytes (2.9 KiB)");
    assertThat(one).isEmptyDirectory();
    assertThat(new OutputFolder(two).all()).containsExactly("2020/01/04/notes.txt");
  }

  @Test
  void shouldFailWhenALimitCannotBeKept() throws IOException {
    Files.createFile(one.resolve("2020/01/02/2020-01-02T10-00-00.pcap.keep"));

    Ended ended = cleanUp("--write=one", "--diskbudget=10");

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.out()).hasSize(2);
    assertThat(ended.log())
        .containsExactly(
            "gotm: write=one: files take more than diskbudget=10 bytes, and none is left that may be deleted");
    assertThat(new OutputFolder(one).all()).hasSize(2);
  }

  @Test
  void shouldRefuseWhatMakesNoSense() {
    for (List<String> wrong :
        List.of(
            List.of("-write", "one"),
            List.of("-write", "nowhere", "-maxage", "1d"),
            List.of("-write", "one", "-maxage", "soon"))) {
      Ended ended = cleanUp(wrong.toArray());
      assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(2);
      assertThat(ended.log()).singleElement().asString().startsWith("gotm: ");
    }
    assertThat(new OutputFolder(one).all()).hasSize(2);
  }
}
