package org.gotm.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class ManPageTest {
  private final CommandLine gotm = Main.commandLine();
  private final String page = new ManPage(gotm).text("2026-01-01", "1.2");

  @Test
  void shouldNameEachOptionOfEachCommand() {
    List<String> names = new ArrayList<>();
    addNames(gotm, names);

    assertThat(names).contains("\\-rotationinterval", "\\-loops").allMatch(this::isTagged);
  }

  private static void addNames(CommandLine command, List<String> names) {
    for (OptionSpec option : command.getCommandSpec().options()) {
      for (String name : option.names()) {
        names.add(name.replace("-", "\\-"));
      }
    }
    command.getSubcommands().values().forEach(subcommand -> addNames(subcommand, names));
  }

  private boolean isTagged(String name) {
    return page.lines()
        .anyMatch(line -> line.startsWith("\\fB") && line.contains("\\fB" + name + "\\fR"));
  }

  @Test
  void shouldSayDefaultsWhenOptionsHaveSome() {
    assertThat(page).contains("standard output (default: out).").doesNotContain("${", "%n");
  }

  @Test
  void shouldBearDateAndVersionInItsTitle() {
    assertThat(page).startsWith(".TH GOTM 1 \"2026-01-01\" \"gotm 1.2\"");
  }

  @Test
  void shouldNameTheCommandsThatAnotherProgramHas() {
    assertThat(page)
        .contains("lib/fleet")
        .contains(".TP\n\\fBgotm fleet serve\\fR\nAnswers ")
        .contains(".TP\n\\fBgotm flows convert\\fR\nMakes ");
  }
}
