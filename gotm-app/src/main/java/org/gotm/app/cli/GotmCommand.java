package org.gotm.app.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.gotm.app.bench.BenchCommand;
import org.gotm.app.daemon.LiveSources;
import org.gotm.app.daemon.Recorder;
import org.gotm.app.daemon.Settings;
import org.gotm.app.daemon.SettingsChange;
import org.gotm.app.doctor.DoctorCommand;
import org.gotm.app.help.HelpOptions;
import org.gotm.app.keys.KeysCommand;
import org.gotm.app.query.FlowsCommand;
import org.gotm.app.query.IndexCommand;
import org.gotm.app.query.QueryCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code gotm}: records with the settings that its options make. */
@Command(
    name = "gotm",
    description = {
      "Records every packet of a link, cutting each flow off after its first packets and bytes.",
      "Options may be written with one dash or two; of one that is given twice the last counts.",
      "Durations: 300ms, 5s, 1m30s, 1d. Sizes: 65536, 64KiB, 1GiB.",
      "Arguments may come from a file: @file"
    },
    commandListHeading = "%nCommands:%n",
    footerHeading =
        "%nFor many sensors, by a program that gotm starts (in lib/fleet of a package):%n",
    footer = {
      "  fleet serve    Answers queries with the packets of many sensors.",
      "  flows convert  Makes Parquet files of flow records."
    },
    sortOptions = false,
    subcommands = {
      BenchCommand.class,
      CheckCommand.class,
      CleanupCommand.class,
      DoctorCommand.class,
      FlowsCommand.class,
      HelpCommand.class,
      IndexCommand.class,
      KeysCommand.class,
      QueryCommand.class
    })
final class GotmCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SourceOptions source;
  @Mixin private FlowOptions flows;
  @Mixin private OutputOptions output;
  @Mixin private FormatOptions format;
  @Mixin private RetentionOptions retention;
  @Mixin private ReportOptions report;
  @Mixin private QueryServerOptions queries;
  @Mixin private ProcessOptions process;
  @Mixin private ShuntOptions shunt;

  @Option(
      names = {"-list-interfaces", "--list-interfaces", "-D"},
      description = "List the interfaces that can be captured from, and exit.")
  private boolean listInterfaces;

  @Mixin private HelpOptions help;

  private Supplier<Optional<SettingsChange>> changes = Optional::empty;
  private List<String> overridden = List.of();

  /**
   * Where it hears of changes in the configuration file, and what of that does not count.
   *
   * @param newOverridden lines for the log
   */
  void hearsOf(Supplier<Optional<SettingsChange>> newChanges, List<String> newOverridden) {
    changes = newChanges;
    overridden = newOverridden;
  }

  @Override
  public Integer call() throws Exception {
    if (listInterfaces) {
      LiveSources.describeInterfaces().forEach(System.out::println);
      return 0;
    }
    return new Recorder(settings(), System.getenv(), changes, overridden).run();
  }

  /**
   * The settings that the options make.
   *
   * @throws ParameterException if a value is out of its range, or options contradict each other
   */
  Settings settings() {
    Checks checks = new Checks(spec.commandLine());
    Settings.Source from = source.settings(checks);
    Settings.Output to = output.settings(checks);
    Settings.Flows cut = flows.settings(checks);
    if (cut.records().areWritten() && to.toStandardOutput()) {
      throw checks.refusal("flows=true: records of flows need a folder; not with -write -");
    }
    return new Settings(
        from,
        cut,
        to,
        format.settings(checks, to),
        report.settings(checks, !from.files().isEmpty()),
        retention.settings(checks),
        process.settings(checks),
        shunt.settings(checks),
        queries.settings(checks, to));
  }
}
