package org.gotm.core.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReasonTest {
  @TempDir Path folder;

  @Test
  void shouldSayWhatTheSystemSaysOfAFile() throws IOException {
    Path file = Files.createFile(folder.resolve("a"));

    assertThat(Reason.of(catchThrowable(() -> Files.size(folder.resolve("none")))))
        .isEqualTo("no such file or directory");
    assertThat(Reason.of(catchThrowable(() -> Files.createDirectory(file))))
        .isEqualTo("a file of that name exists");
    assertThat(Reason.of(catchThrowable(() -> Files.newDirectoryStream(file))))
        .isEqualTo("not a directory");
    assertThat(Reason.of(catchThrowable(() -> Files.delete(folder))))
        .isEqualTo("the directory is not empty");
    assertThat(Reason.of(catchThrowable(() -> Files.readString(folder))))
        .isEqualTo("Is a directory");
    assertThat(
            Reason.of(catchThrowable(() -> Files.newInputStream(Path.of("/proc/self/mem")).read())))
        .isEqualTo("Input/output error");
  }

  @Test
  void shouldNameTheFileWhenTheLineDoesNot() {
    Path none = folder.resolve("none");

    assertThat(Reason.withFile(catchThrowable(() -> Files.size(none))))
        .isEqualTo(none + ": no such file or directory");
    assertThat(Reason.withFile(new IOException("No space left on device")))
        .isEqualTo("No space left on device");
  }

  @Test
  void shouldHaveWordsForWhatHasNoMessage() {
    assertThat(Reason.of(new EOFException())).isEqualTo("it ends too early");
    assertThat(Reason.of(new MalformedInputException(1))).isEqualTo("it is not text in UTF-8");
    assertThat(Reason.of(new UncheckedIOException(new IOException("full")))).isEqualTo("full");
  }

  @Test
  void shouldTellADefectByItsClass() {
    assertThat(Reason.of(new IllegalStateException("odd")))
        .isEqualTo("java.lang.IllegalStateException: odd");
  }
}
