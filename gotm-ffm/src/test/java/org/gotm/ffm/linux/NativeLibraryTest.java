package org.gotm.ffm.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {
  @TempDir Path folder;

  @Test
  void shouldGiveFileWhenNameIsFoundByTheLoader() {
    Path file = NativeLibrary.load("libm", List.of("libm.so.6"), "cos", "install it");

    assertThat(file).isAbsolute().exists();
    assertThat(file.getFileName()).hasToString("libm.so.6");
  }

  @Test
  void shouldFindSymbolsWhenLoaded() {
    NativeLibrary.load("libm", List.of("libm.so.6"), "cos", "install it");

    assertThat(NativeLibrary.symbol("cbrt")).isPresent();
    assertThat(NativeLibrary.symbol("no_such_function_anywhere")).isEmpty();
  }

  @Test
  void shouldTakeTheNextCandidateWhenOneFails() {
    Path file =
        NativeLibrary.load("libm", List.of("libabsent.so.9", "libm.so.6"), "cos", "install it");

    assertThat(file.getFileName()).hasToString("libm.so.6");
  }

  @Test
  void shouldNameEveryAttemptAndTheRemedyWhenNoneIsThere() {
    String path = folder.resolve("absent.so").toString();

    assertThatExceptionOfType(NativeLibraryException.class)
        .isThrownBy(
            () ->
                NativeLibrary.load("libabc", List.of(path, "libabsent.so.9"), "cos", "install abc"))
        .withMessageStartingWith("no usable libabc: tried ")
        .withMessageContaining(path + ": cannot open shared object file: No such file")
        .withMessageContaining("libabsent.so.9: cannot open shared object file")
        .withMessageEndingWith("; install abc");
  }

  @Test
  void shouldSayWhyWhenFileIsNoLibrary() throws IOException {
    Path text = Files.writeString(folder.resolve("text.so"), "this is no library ".repeat(100));

    assertThatExceptionOfType(NativeLibraryException.class)
        .isThrownBy(() -> NativeLibrary.load("libabc", List.of(text.toString()), "cos", "x"))
        .withMessageContaining(text + ": invalid ELF header");
  }

  @Test
  void shouldSayWhyWhenLibraryIsAnother() {
    assertThatExceptionOfType(NativeLibraryException.class)
        .isThrownBy(() -> NativeLibrary.load("libabc", List.of("libm.so.6"), "abc_version", "x"))
        .withMessageContaining("libm.so.6: has no function abc_version");
  }
}
