package org.gotm.app.query;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import org.gotm.app.daemon.ExitCodes;
import org.gotm.app.help.HelpOptions;
import org.gotm.store.flows.FlowRow;
import org.gotm.store.flows.FlowSearch;
import org.gotm.store.flows.FlowText;
import org.gotm.store.flows.SpoolNames;
import org.gotm.store.query.FlowQuery;
import org.gotm.store.query.Limits;
import org.gotm.store.query.QueryException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code gotm flows}. */
@Command(
    name = "flows",
    description = {
      "Finds records of flows that a recorder with -flows has written, and prints a line for each,",
      "also of those that go on. The words are those of gotm query, without bpf; the source of a",
      "flow is who sent its first packet: 'src host 10.1.2.3 and port 443 and after 3h ago'."
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the whole answer",
      "1:failure",
      "2:wrong usage",
      "3:a limit cut the answer short"
    },
    footer = "%nTo make Parquet files of records: gotm flows convert --help")
public final class FlowsCommand implements Callable<Integer> {
  @Mixin private HelpOptions help;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-write", "--write"},
      paramLabel = "FOLDER",
      defaultValue = "out",
      description = "Output folder of a recorder; may be repeated (default: ${DEFAULT-VALUE}).")
  private List<Path> folders;

  @Option(
      names = {"-json", "--json"},
      description = "Print a JSON object a line, with the names of the columns in docs/fleet.md.")
  private boolean isJson;

  @Option(
      names = {"-limit-flows", "--limit-flows", "-c"},
      paramLabel = "N",
      defaultValue = "0",
      description = "Ends after so many flows; 0 for no limit (default: ${DEFAULT-VALUE}).")
  private long limit;

  @Parameters(paramLabel = "QUERY", arity = "0..*", description = "What to look for.")
  private List<String> words = List.of();

  /** A command that is not run yet. */
  public FlowsCommand() {}

  @Override
  public Integer call() throws IOException {
    folders.forEach(this::check);
    Limits limits = new Limits(limit, 0, Duration.ZERO);
    FlowSearch search = new FlowSearch(query(), limits, null, FlowsCommand::say);
    try (Writer out =
        new BufferedWriter(
            new OutputStreamWriter(AnswerOutput.open("-"), StandardCharsets.UTF_8))) {
      if (search.run(folders, row -> print(row, out))) {
        return ExitCodes.OK;
      }
    } catch (OutputException e) {
      if (!e.isNobodyReading()) {
        say(e.getMessage());
      }
      return ExitCodes.FAILED;
    }
    say("cut short after %d flows: %s".formatted(search.found(), search.cutShort()));
    return ExitCodes.CUT_SHORT;
  }

  private FlowQuery query() {
    try {
      return FlowQuery.parse(String.join(" ", words), Instant.now(), ZoneId.systemDefault());
    } catch (QueryException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private void check(Path folder) {
    Path flows = SpoolNames.folder(folder);
    if (!Files.isDirectory(folder)) {
      throw new ParameterException(spec.commandLine(), "write=" + folder + ": no such folder");
    }
    if (Files.exists(flows) && !Files.isReadable(flows)) {
      throw new ParameterException(
          spec.commandLine(),
          "write=" + folder + ": permission denied; ask as root or as its owner");
    }
    if (Files.notExists(flows)) {
      throw new ParameterException(
          spec.commandLine(),
          "write=" + folder + ": has no records of flows; the recorder writes them with -flows");
    }
  }

  private int print(FlowRow row, Writer out) throws IOException {
    String line = isJson ? FlowText.json(row) : FlowText.line(row);
    out.write(line);
    return line.length();
  }

  private static void say(String line) {
    System.err.println("gotm: " + line);
  }
}
