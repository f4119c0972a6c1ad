package org.gotm.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileNamesTest {
  /** Whatever breaks a line for some reader, so that patterns of names stop there, too. */
  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r", "\u0085", "\u2028", "\u2029", "\0", "\u007f", "/", "\\"})
  void shouldHaveNothingInANameThatBreaksLinesOrLeadsElsewhere(String character) {
    assertThat(FileNames.base("a" + character + "b")).isEqualTo("a_b");
  }
}
