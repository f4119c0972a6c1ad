package org.gotm.fleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.gotm.app.help.Version;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FleetHelpTest {
  private static String said(String... arguments) {
    StringWriter text = new StringWriter();
    CommandLine line = FleetMain.commandLine().setOut(new PrintWriter(text));
    assertThat(line.execute(arguments)).isZero();
    return text.toString();
  }

  @Test
  void shouldTellOfACommandHoweverHelpIsAskedFor() {
    assertThat(said("help", "fleet"))
        .isEqualTo(said("fleet", "--help"))
        .startsWith("Usage: gotm fleet ")
        .contains("  serve  ");
    assertThat(said("fleet", "serve", "--help")).contains("-sensors");
    assertThat(said("flows", "convert", "--help"))
        .contains("-lake")
        .isEqualTo(said("flows", "convert", "-help"));
  }

  @Test
  void shouldTellTheVersionBehindEachWord() {
    assertThat(said("-version")).isEqualTo(Version.line() + System.lineSeparator());
    assertThat(said("fleet", "serve", "--version")).isEqualTo(said("-version"));
    assertThat(said("flows", "convert", "-version")).isEqualTo(said("-version"));
  }
}
