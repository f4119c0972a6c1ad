package org.gotm.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.cli.CommandRig.refusal;
import static org.gotm.app.cli.CommandRig.settings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileModeTest {
  /** Files are made with 0666 and folders with 0777, less the mask. */
  @ParameterizedTest
  @CsvSource({"0640,750", "600,700", "0644,755", "0660,770", "0664,775", "0604,705"})
  void shouldMakeFoldersThatCanBeEnteredByWhoMayReadFiles(String mode, String folders) {
    int mask = settings("-filemode=" + mode).process().fileMask();

    assertThat(0666 & ~mask).isEqualTo(Integer.parseInt(mode, 8));
    assertThat(0777 & ~mask).isEqualTo(Integer.parseInt(folders, 8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0750", "0440", "640x", "", "0620", "888", "00640"})
  void shouldRefuseWhatGotmCouldNotWriteOrMakesNoSense(String mode) {
    assertThat(refusal("-filemode=" + mode)).startsWith("filemode=" + mode + ": not a mode");
  }

  @Test
  void shouldRefuseAUserThatIsNotThere() {
    assertThat(refusal("-user=nobody-at-all"))
        .isEqualTo("user=nobody-at-all: no such user; run: useradd --system nobody-at-all");
  }
}
