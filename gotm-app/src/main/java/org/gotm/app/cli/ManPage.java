package org.gotm.app.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The part of the manual page that says what the command line takes, in the macros of man(7). Run
 * by the build of the packages, which adds what was written by hand.
 */
final class ManPage {
  private final CommandLine gotm;
  private final StringBuilder page = new StringBuilder();

  ManPage(CommandLine gotm) {
    this.gotm = gotm;
  }

  /** Takes the file to write, the date and the version that the page is to show. */
  public static void main(String[] args) throws Exception {
    String page = new ManPage(Main.commandLine()).text(args[1], args[2]);
    Files.writeString(Path.of(args[0]), page);
  }

  /** From the title to the last command. */
  String text(String date, String version) {
    CommandSpec spec = gotm.getCommandSpec();
    String[] description = spec.usageMessage().description();
    line(".TH GOTM 1 \"%s\" \"gotm %s\" \"User Commands\"".formatted(date, version));
    line(".SH NAME\ngotm \\- packet recorder that cuts each flow off after its first bytes");
    line(
        ".SH SYNOPSIS\n.B gotm\n[\\fIoption\\fR ...]\n.br\n.B gotm\n\\fIcommand\\fR [\\fIoption\\fR ...]");
    line(".SH DESCRIPTION\n" + text(String.join(" ", description)));
    line(".SH OPTIONS");
    options(spec);
    line(".SH COMMANDS");
    commands(gotm);
    line(".SS " + text(spec.usageMessage().footerHeading()).replace(":", ""));
    otherCommands(spec.usageMessage().footer());
    return page.toString();
  }

  /** In the order of {@code --help}: each mixin's below its heading, then all others. */
  private void options(CommandSpec spec) {
    Set<OptionSpec> others = new LinkedHashSet<>(spec.options());
    List<CommandSpec> topics = OptionTopics.topics(spec);
    for (CommandSpec topic : topics) {
      line(".SS " + text(topic.usageMessage().optionListHeading().replaceAll("%n|:", "")));
      arguments(topic.options());
      topic.options().forEach(others::remove);
    }
    if (!topics.isEmpty()) {
      line(".SS Other");
    }
    arguments(others);
  }

  private void commands(CommandLine parent) {
    for (CommandLine command : new LinkedHashSet<>(parent.getSubcommands().values())) {
      CommandSpec spec = command.getCommandSpec();
      if (spec.usageMessage().hidden()) {
        continue;
      }
      line(".SS " + text(spec.qualifiedName(" ") + positionals(spec)));
      line(text(String.join(" ", spec.usageMessage().description())));
      arguments(spec.positionalParameters());
      arguments(spec.options());
      commands(command);
    }
  }

  /** Of another program, a line each. */
  private void otherCommands(String... lines) {
    for (String line : lines) {
      String[] nameAndText = line.strip().split(" {2,}", 2);
      line(".TP\n\\fB" + escape("gotm " + nameAndText[0]) + "\\fR");
      line(text(nameAndText[1]));
    }
  }

  private static String positionals(CommandSpec spec) {
    return spec.positionalParameters().stream()
        .map(parameter -> " " + parameter.paramLabel())
        .collect(Collectors.joining());
  }

  private void arguments(Iterable<? extends ArgSpec> arguments) {
    for (ArgSpec argument : arguments) {
      if (!argument.hidden()) {
        line(".TP\n" + names(argument));
        line(description(argument));
      }
    }
  }

  private String names(ArgSpec argument) {
    String label =
        gotm.getHelp()
            .parameterLabelRenderer()
            .renderParameterLabel(argument, Ansi.OFF, List.of())
            .toString();
    Stream<String> names =
        argument instanceof OptionSpec option ? Stream.of(option.names()) : Stream.empty();
    return names.map(name -> "\\fB" + escape(name) + "\\fR").collect(Collectors.joining(", "))
        + "\\fI"
        + escape(label)
        + "\\fR";
  }

  private static String description(ArgSpec argument) {
    List<String> lines = new ArrayList<>();
    for (String line : argument.description()) {
      lines.add(line.replace("${DEFAULT-VALUE}", String.valueOf(argument.defaultValueString())));
    }
    return text(String.join(" ", lines));
  }

  /** Text of picocli's, in which a percent sign begins a format. */
  private static String text(String formatted) {
    String escaped = escape(formatted.formatted().strip().replaceAll("\\R", " "));
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }

  private static String escape(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-");
  }

  private void line(String line) {
    page.append(line).append('\n');
  }
}
