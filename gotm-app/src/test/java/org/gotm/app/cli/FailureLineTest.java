package org.gotm.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes wrong with a file is one line in words: the file and why, and no name of a class. */
class FailureLineTest {
  @TempDir Path folder;

  @BeforeEach
  void makeFiles() throws IOException {
    Files.createDirectories(folder.resolve("folder/2026/11/28"));
    Files.writeString(folder.resolve("text"), "root:x:0:0\n");
    Files.write(folder.resolve("binary"), new byte[] {(byte) 0xd4, (byte) 0xc3});
  }

  private String said(String arguments) {
    String[] words = arguments.replace("DIR", folder.toString()).split(" +");
    String errors =
        CommandRig.errorsOf(() -> assertThat(Main.commandLine().execute(words)).isNotZero());
    return errors.replace(folder.toString(), "DIR");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "query -write DIR/folder -w DIR/no/x.pcap | w=DIR/no/x.pcap: cannot be written: no such file or directory",
        "query -write DIR/folder -w DIR/folder | w=DIR/folder: cannot be written: Is a directory",
        "query -sensors DIR/no | sensors=DIR/no: cannot be read: no such file or directory",
        "query -write DIR/text | write=DIR/text: not a folder; see gotm query --help",
        "flows -write DIR/no | write=DIR/no: no such folder; see gotm flows --help",
        "index DIR/no | DIR/no: no index: DIR/no: no such file or directory",
        "index DIR/text | DIR/text: no index: it is too short for a header of pcap or pcapng",
        "index DIR/folder | DIR/folder: no index: Is a directory",
        "bench core DIR/no | file=DIR/no: cannot be read: no such file or directory",
        "cleanup -diskfree 1GB -write DIR/no | write=DIR/no: no such folder; see gotm cleanup --help",
        "keys DIR/text | keys: DIR/text: a file of that name exists",
        "-read DIR/no -write DIR/out | read=DIR/no: no such file",
        "-read DIR/folder -write DIR/out | read=DIR/folder: it is a folder; give its files",
        "-classes DIR/no -read DIR/text -write DIR/out | classes=DIR/no: cannot be read: no such file or directory",
        "query -limit-time x | limit-time=x: 'x' is not a whole number; see gotm query --help",
        "query -sensors DIR/binary | sensors=DIR/binary: cannot be read: it is not text in UTF-8",
        "help no | Unknown subcommand 'no'; see gotm --help"
      })
  void shouldSayWhatIsWrongWithAFile(String arguments, String line) {
    assertThat(said(arguments).lines()).last().isEqualTo("gotm: " + line);
  }
}
