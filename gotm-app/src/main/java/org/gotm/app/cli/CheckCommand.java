package org.gotm.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.gotm.app.daemon.Classes;
import org.gotm.app.daemon.ExitCodes;
import org.gotm.app.daemon.Settings;
import org.gotm.app.daemon.StartException;
import org.gotm.app.help.HelpOptions;
import org.gotm.core.packet.LinkType;
import org.gotm.ffm.pcap.FilterException;
import org.gotm.ffm.pcap.PcapFilter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Unmatched;

/** The command {@code gotm check}: exits with 0 if gotm would start so, and 2 if not. */
@Command(
    name = "check",
    description = {
      "Says whether gotm would start with these options and the configuration file, without"
          + " opening anything: ok, or each thing that is wrong, with file and line."
    },
    customSynopsis = "gotm check [-config FILE] [OPTIONS of gotm]")
final class CheckCommand implements Callable<Integer> {
  @Mixin private HelpOptions help;

  @Unmatched private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() {
    StartArguments start =
        new StartArguments(StartArguments.DEFAULT_FILE, arguments.toArray(String[]::new));
    List<String> problems = problems(start);
    problems.forEach(System.err::println);
    if (problems.isEmpty()) {
      start.overridden().forEach(System.out::println);
      System.out.println("ok");
    }
    return problems.isEmpty() ? ExitCodes.OK : ExitCodes.USAGE;
  }

  /** What is wrong, a line each. */
  static List<String> problems(StartArguments start) {
    CommandLine line = Main.commandLine();
    try {
      line.parseArgs(start.all());
      GotmCommand command = line.getCommand();
      compile(command.settings());
      return List.of();
    } catch (ConfigException e) {
      return e.problems();
    } catch (ParameterException e) {
      return List.of(Main.usageMessage(e));
    } catch (FilterException | StartException e) {
      return List.of(
          start
              .file()
              .map(file -> new ConfigCheck(ConfigFile.read(file)).placed(e.getMessage()))
              .orElse(e.getMessage()));
    }
  }

  /** What is compiled at the start, for Ethernet here. */
  private static void compile(Settings settings) {
    PcapFilter.compile(settings.source().filter(), LinkType.ETHERNET, settings.source().snaplen())
        .close();
    Classes.check(settings.flows());
  }
}
