package org.gotm.app.query;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.gotm.app.bpf.BpfTests;
import org.gotm.app.daemon.ExitCodes;
import org.gotm.app.help.HelpOptions;
import org.gotm.app.queryclient.QueryRefusedException;
import org.gotm.app.queryclient.SensorAddress;
import org.gotm.app.queryclient.SensorAnswer;
import org.gotm.app.queryclient.SensorClient;
import org.gotm.app.queryclient.SensorKeyOptions;
import org.gotm.app.queryclient.SensorOptions;
import org.gotm.app.queryclient.SensorQuery;
import org.gotm.app.sensors.FleetAnswer;
import org.gotm.app.sensors.FleetQuery;
import org.gotm.app.sensors.Patience;
import org.gotm.app.sensors.SensorListOptions;
import org.gotm.store.query.Answer;
import org.gotm.store.query.AnswerFormat;
import org.gotm.store.query.Limits;
import org.gotm.store.query.Query;
import org.gotm.store.query.QueryException;
import org.gotm.store.query.Search;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code gotm query}. */
@Command(
    name = "query",
    description = {
      "Finds packets in what was recorded, and writes them as a capture in the order of time.",
      "Queries are stenographer's, or pcap-filter's words: 'host 10.1.2.3 and port 443 and after 3h ago'."
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the whole answer",
      "1:failure",
      "2:wrong usage",
      "3:a limit cut the answer short",
      "4:not all of many sensors answered whole"
    })
public final class QueryCommand implements Callable<Integer> {
  @Mixin private HelpOptions help;

  private static final int PARTIAL = 4;
  private static final int BUFFER = 1 << 16;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-write", "--write"},
      paramLabel = "FOLDER",
      defaultValue = "out",
      description = "Output folder of a recorder; may be repeated (default: ${DEFAULT-VALUE}).")
  private List<Path> folders;

  @Mixin private SensorOptions sensorOptions;
  @Mixin private SensorListOptions listOptions;
  @Mixin private SensorKeyOptions keyOptions;

  @Option(
      names = {"-w"},
      paramLabel = "FILE",
      defaultValue = "-",
      description = "Where the packets go; - for standard output (default: ${DEFAULT-VALUE}).")
  private String target;

  @Option(
      names = {"-format", "--format"},
      paramLabel = "FORMAT",
      defaultValue = "pcap",
      description = "pcap, pcap-micro or pcapng (default: ${DEFAULT-VALUE}).")
  private String format;

  @Option(
      names = {"-limit-packets", "--limit-packets", "-c"},
      paramLabel = "N",
      defaultValue = "0",
      description = "Ends after so many packets; 0 for no limit (default: ${DEFAULT-VALUE}).")
  private long limitPackets;

  @Option(
      names = {"-limit-bytes", "--limit-bytes"},
      paramLabel = "BYTES",
      defaultValue = "0",
      description = "Ends after so many bytes; 0 for no limit (default: ${DEFAULT-VALUE}).")
  private long limitBytes;

  @Option(
      names = {"-limit-time", "--limit-time"},
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "Ends after so many seconds; 0 for no limit (default: ${DEFAULT-VALUE}).")
  private long limitSeconds;

  @Parameters(paramLabel = "QUERY", arity = "0..*", description = "What to look for.")
  private List<String> words = List.of();

  /** A command that is not run yet. */
  public QueryCommand() {}

  @Override
  public Integer call() throws IOException {
    Optional<SensorAddress> sensor = sensorOptions.sensor();
    try {
      if (listOptions.file().isPresent()) {
        return told(askAll(listOptions.file().get()));
      }
      return sensor.isPresent() ? told(ask(sensor.get())) : told(search());
    } catch (OutputException e) {
      return tell(e);
    } catch (QueryException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    } catch (QueryRefusedException e) {
      return tell(e);
    }
  }

  private Answer search() throws IOException {
    keyOptions.refuseAll("only with -url or -sensors");
    AnswerFormat answerFormat = answerFormat();
    for (Path folder : folders) {
      String problem = problem(folder);
      if (problem != null) {
        throw new ParameterException(spec.commandLine(), "write=" + folder + ": " + problem);
      }
    }
    try (BpfTests tests = new BpfTests()) {
      Query query = Query.parse(query(), Instant.now(), ZoneId.systemDefault(), tests);
      try (OutputStream out = new BufferedOutputStream(open(), BUFFER)) {
        Search search = new Search(query, limits(), QueryCommand::say, System::nanoTime);
        return search.run(folders, answerFormat, out);
      }
    }
  }

  private SensorAnswer ask(SensorAddress sensor) throws IOException {
    refuseFolders("url=" + sensor.text());
    if (!sensor.isRemote()) {
      keyOptions.refuseAll("a socket of this machine takes none");
    }
    refuseTerminal();
    try (SensorClient client = SensorClient.of(sensor, keyOptions.keys())) {
      return new SensorQuery(sensor, client).run(query(), limits(), answerFormat(), this::open);
    }
  }

  private FleetAnswer askAll(Path list) throws IOException {
    refuseFolders("sensors=" + list);
    if (isGiven("-url")) {
      throw new ParameterException(
          spec.commandLine(), "sensors=%s: not with -url: one or the other".formatted(list));
    }
    refuseTerminal();
    AnswerFormat answerFormat = answerFormat();
    Patience patience = listOptions.patience();
    return new FleetQuery(listOptions.read(keyOptions.keys()), patience, QueryCommand::say)
        .run(
            query(),
            limits(),
            answerFormat,
            () -> new BufferedOutputStream(open(), BUFFER),
            () -> {});
  }

  private void refuseFolders(String instead) {
    if (isGiven("-write")) {
      throw new ParameterException(
          spec.commandLine(), "%s: not with -write: one or the other".formatted(instead));
    }
  }

  private boolean isGiven(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private String query() {
    return String.join(" ", words);
  }

  private Limits limits() {
    return new Limits(limitPackets, limitBytes, Duration.ofSeconds(limitSeconds));
  }

  /** Why a folder cannot be searched, or null. One that may not be looked into may be there. */
  private static String problem(Path folder) {
    if (Files.notExists(folder)) {
      return "no such folder";
    }
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      return "not a folder";
    }
    return Files.isReadable(folder) && Files.isExecutable(folder)
        ? null
        : "permission denied; ask as root, as its owner, or as a member of its group";
  }

  private AnswerFormat answerFormat() {
    return switch (format) {
      case "pcap" -> AnswerFormat.PCAP;
      case "pcap-micro" -> AnswerFormat.PCAP_MICRO;
      case "pcapng" -> AnswerFormat.PCAPNG;
      default ->
          throw new ParameterException(
              spec.commandLine(), "format=%s: not pcap, pcap-micro or pcapng".formatted(format));
    };
  }

  private OutputStream open() throws IOException {
    refuseTerminal();
    return AnswerOutput.open(target);
  }

  private void refuseTerminal() {
    if (target.equals("-") && System.console() != null && System.console().isTerminal()) {
      throw new ParameterException(
          spec.commandLine(), "packets would go to the terminal: give -w FILE, or | tcpdump -r -");
    }
  }

  private static int told(FleetAnswer all) {
    int exitCode = told(all.answer());
    if (!all.isPartial()) {
      return exitCode;
    }
    say(
        "partial: %d of %d sensors did not answer whole; %d packets came"
            .formatted(all.missing().size(), all.asked(), all.answer().packets()));
    return PARTIAL;
  }

  private static int told(SensorAnswer said) {
    int exitCode = told(said.answer());
    if (said.partial().isEmpty()) {
      return exitCode;
    }
    say("partial: " + said.partial());
    return PARTIAL;
  }

  private static int told(Answer answer) {
    if (answer.leftOut() > 0) {
      say(
          "%d packets of other link types are left out; -format pcapng takes them"
              .formatted(answer.leftOut()));
    }
    if (!answer.isComplete()) {
      say("cut short after %d packets: %s".formatted(answer.packets(), answer.cutShort()));
    }
    return answer.isComplete() ? ExitCodes.OK : ExitCodes.CUT_SHORT;
  }

  private static int tell(OutputException e) {
    if (!e.isNobodyReading()) {
      say(e.getMessage());
    }
    return ExitCodes.FAILED;
  }

  /** With a mark below the place that the sensor names. */
  private int tell(QueryRefusedException e) {
    say(e.getMessage());
    String query = query().replaceAll("\\p{C}", " ");
    e.place().stream()
        .filter(place -> place <= query.length())
        .forEach(place -> System.err.println("  %s%n  %s^".formatted(query, " ".repeat(place))));
    return ExitCodes.USAGE;
  }

  private static void say(String line) {
    System.err.println("gotm: " + line);
  }
}
