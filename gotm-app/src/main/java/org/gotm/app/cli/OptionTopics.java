package org.gotm.app.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The list of options in {@code --help}: those of each mixin below its heading, then all others.
 * Argument groups of picocli have headings too, but forget a group's other options when one of them
 * is given twice.
 */
final class OptionTopics implements IHelpSectionRenderer {
  @Override
  public String render(Help help) {
    StringBuilder text = new StringBuilder();
    List<OptionSpec> others = new ArrayList<>(help.commandSpec().options());
    for (CommandSpec topic : topics(help.commandSpec())) {
      text.append(help.createHeading(topic.usageMessage().optionListHeading()));
      text.append(help.optionListExcludingGroups(topic.options()));
      others.removeAll(topic.options());
    }
    text.append(help.createHeading("%nOther:%n"));
    return text.append(help.optionListExcludingGroups(others)).toString();
  }

  /** The mixins of a command that have a heading. */
  static List<CommandSpec> topics(CommandSpec command) {
    return command.mixins().values().stream()
        .filter(mixin -> !mixin.usageMessage().optionListHeading().isEmpty())
        .toList();
  }
}
