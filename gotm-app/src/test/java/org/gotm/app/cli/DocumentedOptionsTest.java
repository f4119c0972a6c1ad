package org.gotm.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gotm.app.docs.DocPages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Each option is in the docs, and each option in the docs is one. */
class DocumentedOptionsTest {
  /** A word that is an option, not one in quotes, such as a part of a filter. */
  private static final Pattern OPTION = Pattern.compile("(?<=^| )--?[A-Za-z][\\w-]*");

  /** Those of other programs that stand alone in the docs, and how any is spelt. */
  private static final Set<String> OTHERS =
      Set.of(
          "--enable-native-access",
          "--cap-add",
          "--network",
          "--no_index",
          "-name",
          "--name",
          "-f", // podman build
          "-g", // install
          "-m",
          "-p", // podman run
          "-v");

  private static final Pattern QUOTED = Pattern.compile("'[^']*'|\"[^\"]*\"");
  private static final Pattern GOTM = Pattern.compile("(?:^|[ /])gotm (.*)");
  private static final CommandLine GOTM_LINE = Main.commandLine();

  private static Stream<CommandLine> commands() {
    return withSubcommands(GOTM_LINE).stream();
  }

  private static List<CommandLine> withSubcommands(CommandLine line) {
    List<CommandLine> all = new ArrayList<>(List.of(line));
    line.getSubcommands().values().forEach(sub -> all.addAll(withSubcommands(sub)));
    return all;
  }

  private static Set<String> names() {
    Set<String> names = new HashSet<>();
    commands()
        .flatMap(command -> command.getCommandSpec().options().stream())
        .forEach(option -> names.addAll(List.of(option.names())));
    return names;
  }

  private static List<Path> pages() {
    return DocPages.all();
  }

  /** Those that tell of no other program of gotm's. */
  private static List<Path> pagesOfGotmAlone() {
    return pages().stream().filter(page -> !page.endsWith("fleet.md")).toList();
  }

  @Test
  void shouldHaveEachOptionInTheTableOfTheReadme() {
    List<String> firstCells =
        DocPages.tableRows(pages().getFirst()).stream()
            .map(row -> row.split("\\|")[1])
            .flatMap(cell -> DocPages.spans(cell).stream())
            .toList();

    assertThat(GOTM_LINE.getCommandSpec().options())
        .allSatisfy(option -> assertThat(option.names()).containsAnyElementsOf(firstCells));
  }

  @Test
  void shouldHaveEachOptionOfOtherCommandsSomewhere() {
    List<String> words =
        pages().stream()
            .flatMap(page -> DocPages.code(page).stream())
            .flatMap(code -> Arrays.stream(code.split("[ =,]")))
            .toList();

    assertThat(commands().flatMap(command -> command.getCommandSpec().options().stream()))
        .filteredOn(option -> !option.usageHelp() && !option.versionHelp())
        .extracting(OptionSpec::names)
        .allSatisfy(names -> assertThat(names).containsAnyElementsOf(words));
  }

  @ParameterizedTest
  @MethodSource("pagesOfGotmAlone")
  void shouldNameNoOptionThatDoesNotExist(Path page) {
    assertThat(DocPages.code(page).stream().flatMap(DocumentedOptionsTest::optionsOfGotm))
        .isSubsetOf(names());
  }

  /** A span that begins with a dash, or what follows the word gotm in a command. */
  private static Stream<String> optionsOfGotm(String code) {
    String bare = QUOTED.matcher(code).replaceAll("''").replaceAll("[|;#&].*", "");
    String own =
        bare.startsWith("-")
            ? bare
            : GOTM.matcher(bare).results().map(result -> result.group(1)).findFirst().orElse("");
    return OPTION.matcher(own).results().map(MatchResult::group).filter(name -> !isOthers(name));
  }

  private static boolean isOthers(String name) {
    return name.startsWith("-X") || OTHERS.contains(name);
  }
}
