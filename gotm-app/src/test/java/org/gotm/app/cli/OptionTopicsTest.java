package org.gotm.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class OptionTopicsTest {
  private static final List<String> HEADINGS =
      List.of(
          "Where packets come from:",
          "Flows:",
          "Files:",
          "Format of files:",
          "Deleting the oldest files:",
          "Statistics and metrics:",
          "Answering queries:",
          "Process:",
          "Large flows:",
          "Other:");

  private final CommandLine line = Main.commandLine();
  private final List<String> help = line.getUsageMessage().lines().toList();

  private List<String> optionsBelow(String heading) {
    return help.stream()
        .skip(help.indexOf(heading) + 1L)
        .takeWhile(text -> !text.isEmpty())
        .filter(text -> text.startsWith("  -") || text.startsWith("      -"))
        .map(text -> text.strip().split("[=, \\[]")[0])
        .toList();
  }

  @Test
  void shouldHaveEachOptionBelowOneHeading() {
    assertThat(help).containsAll(HEADINGS);
    assertThat(HEADINGS.stream().map(this::optionsBelow).flatMap(List::stream))
        .containsExactlyInAnyOrderElementsOf(
            line.getCommandSpec().options().stream().map(OptionTopicsTest::firstName).toList());
  }

  private static String firstName(OptionSpec option) {
    return Arrays.stream(option.names())
        .filter(name -> name.length() == 2)
        .findFirst()
        .orElse(option.names()[0]);
  }

  @Test
  void shouldKeepTheOrderInWhichOptionsAreDeclared() {
    assertThat(optionsBelow("Statistics and metrics:"))
        .containsExactly("-timeinterval", "-metrics-address");
    assertThat(optionsBelow("Other:")).containsExactly("-D", "-V", "-h");
  }
}
