package org.gotm.fleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Each option of a command for many sensors is in the docs. */
class DocumentedFleetOptionsTest {
  private static final List<String> PAGES = List.of("fleet.md", "query.md", "operating.md");

  private static List<OptionSpec> options(CommandLine line) {
    List<OptionSpec> all = new ArrayList<>(line.getCommandSpec().options());
    line.getSubcommands().values().forEach(sub -> all.addAll(options(sub)));
    return all;
  }

  @Test
  void shouldHaveEachOptionSomewhere() throws IOException {
    List<String> words = new ArrayList<>();
    for (String page : PAGES) {
      String text = Files.readString(Path.of("..", "docs", page));
      words.addAll(Arrays.asList(text.split("[\\s`=,\\[\\]()]+")));
    }

    assertThat(options(FleetMain.commandLine()))
        .filteredOn(option -> !option.usageHelp() && !option.versionHelp())
        .isNotEmpty()
        .extracting(OptionSpec::names)
        .allSatisfy(names -> assertThat(names).containsAnyElementsOf(words));
  }
}
