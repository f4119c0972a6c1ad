package org.gotm.ffm.pcap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gotm.ffm.ChildJvm;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PcapLibraryTest {
  @TempDir Path folder;

  @Test
  void shouldFindTheLibraryOfTheSystemWhenNoneIsChosen() {
    assertThat(PcapLibrary.load()).exists();
    assertThat(PcapLibrary.load().getFileName().toString()).startsWith("libpcap.so");
    assertThat(PcapLibrary.version()).startsWith("libpcap version 1.");
  }

  @Test
  void shouldUseTheChosenLibraryWhenThereIsOne() throws IOException {
    Path copy = Files.copy(PcapLibrary.load(), folder.resolve("chosen.so"));

    assertThat(output(copy)).startsWith("first interfaces=").contains(copy.toString());
  }

  @Test
  void shouldTakeNoOtherWhenTheChosenLibraryIsMissing() {
    Path missing = folder.resolve("missing.so");

    assertThat(output(missing))
        .startsWith("failed no usable libpcap: tried " + missing + ": cannot open shared object")
        .contains("install libpcap0.8")
        .doesNotContain("tried libpcap.so.1");
  }

  @Test
  void shouldSayWhyWhenTheChosenFileIsNoLibrary() throws IOException {
    Path text = Files.writeString(folder.resolve("text.so"), "no library ".repeat(100));

    assertThat(output(text)).startsWith("failed").contains(text + ": invalid ELF header");
  }

  @Test
  void shouldSayWhyWhenTheChosenLibraryIsAnother() {
    assertThat(output(Path.of("libm.so.6")))
        .startsWith("failed")
        .contains("libm.so.6: has no function pcap_lib_version");
  }

  @Test
  void shouldWorkWhenLoadedAfterAFailure() {
    assertThat(output(folder.resolve("missing.so"))).contains("\nthen interfaces=");
  }

  @Test
  @Tag("live")
  void shouldNameEveryAttemptWhenThereIsNoLibpcap() throws IOException {
    VethPair.requireLive();
    Command.require("unshare");
    Path file = PcapLibrary.load().toRealPath();
    String hidden = "mount --bind /dev/null %s && exec \"$@\"".formatted(file);
    List<String> command = new ArrayList<>(List.of("unshare", "-m", "sh", "-c", hidden, "sh"));
    command.addAll(ChildJvm.command(LibraryProgram.class, List.of()));

    assertThat(Command.run(command).output())
        .startsWith("failed no usable libpcap: tried libpcap.so.1: ")
        .contains("libpcap.so.0.8: ", "libpcap.so: ", "install libpcap0.8 (Debian");
  }

  private static String output(Path library) {
    return ChildJvm.run(LibraryProgram.class, List.of("-D" + PcapLibrary.PROPERTY + "=" + library))
        .output();
  }
}
