package org.gotm.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gotm.app.help.Version;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What holds for each command behind {@code gotm}, and for gotm itself. */
class EveryCommandTest {
  static Stream<List<String>> commands() {
    return below(List.of(), Main.commandLine());
  }

  private static Stream<List<String>> below(List<String> words, CommandLine line) {
    Stream<List<String>> others =
        line.getSubcommands().entrySet().stream()
            .filter(command -> !command.getKey().equals("help"))
            .flatMap(command -> below(and(words, command.getKey()), command.getValue()));
    return Stream.concat(Stream.of(words), others);
  }

  private static List<String> and(List<String> words, String word) {
    return Stream.concat(words.stream(), Stream.of(word)).toList();
  }

  private static String[] arguments(List<String> words, String option) {
    return and(words, option).toArray(String[]::new);
  }

  /** The command as a user types it. */
  private static String typed(List<String> words) {
    return "gotm" + words.stream().map(word -> " " + word).collect(Collectors.joining());
  }

  private static String said(List<String> words, String option) {
    StringWriter text = new StringWriter();
    CommandLine line = Main.commandLine().setOut(new PrintWriter(text));
    assertThat(line.execute(arguments(words, option))).isZero();
    return text.toString().strip();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldTakeItsOptionsWithOneDashOrTwo(List<String> words) {
    CommandLine line = Main.commandLine();
    for (String word : words) {
      line = line.getSubcommands().get(word);
    }
    for (OptionSpec option : line.getCommandSpec().options()) {
      List<String> names = Stream.of(option.names()).filter(name -> name.length() > 2).toList();
      assertThat(names)
          .filteredOn(name -> name.startsWith("--"))
          .hasSize(names.size() / 2)
          .allMatch(name -> names.contains(name.substring(1)));
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldTellItsHelpAndTheVersion(List<String> words) {
    assertThat(said(words, "-help"))
        .startsWith("Usage: " + typed(words))
        .isEqualTo(said(words, "-h"));
    assertThat(said(words, "-version")).isEqualTo(Version.line()).isEqualTo(said(words, "-V"));
  }

  /** All but the one that lists all problems of the options that gotm would get. */
  static Stream<List<String>> strictCommands() {
    return commands().filter(words -> !words.equals(List.of("check")));
  }

  @ParameterizedTest
  @MethodSource("strictCommands")
  void shouldNameItsOwnHelpWhenItIsUsedWrongly(List<String> words) {
    String errors =
        CommandRig.errorsOf(() -> Main.commandLine().execute(arguments(words, "-no-such-option")));
    assertThat(errors.strip()).endsWith("; see " + typed(words) + " --help");
  }
}
