package org.gotm.fleet.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.gotm.app.cli.Main;
import org.gotm.app.daemon.ExitCodes;
import org.gotm.app.help.HelpOptions;
import org.gotm.app.queryclient.SensorKeys;
import org.gotm.app.sensors.Sensor;
import org.gotm.app.sensors.SensorList;
import org.gotm.store.query.Limits;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The Spark job: from a SQL condition to a capture with the packets of all flows that meet it. */
@Command(
    name = "HuntFlows",
    description =
        "Finds flows of all sensors, and fetches their packets from those that have them into one capture.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:all is there",
      "1:failure",
      "2:wrong usage",
      "3:packets are missing: report.txt"
    })
public final class HuntFlows implements Callable<Integer> {
  @Mixin private HelpOptions help;

  private static final int PARTIAL = 3;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-lake", "--lake"},
      required = true,
      paramLabel = "PATH",
      description = "The table of flows.")
  private String lake;

  @Option(
      names = {"-where", "--where"},
      defaultValue = "true",
      paramLabel = "SQL",
      description = "A condition on columns of the table (default: all flows).")
  private String where;

  @Option(
      names = {"-from", "--from"},
      required = true,
      paramLabel = "TIME",
      description = "Flows with packets from then on, such as 2026-11-27T13:00:00Z.")
  private Instant from;

  @Option(
      names = {"-to", "--to"},
      required = true,
      paramLabel = "TIME",
      description = "Flows with packets before then.")
  private Instant to;

  @Option(
      names = {"-indicators", "--indicators"},
      paramLabel = "FILE",
      description =
          "Addresses, networks, Community IDs, one a line, of which a flow has to have one.")
  private Path indicators;

  @Option(
      names = {"-sensors", "--sensors"},
      required = true,
      paramLabel = "FILE",
      description = "A line a sensor: NAME URL [cert=FILE] [key=FILE] [cacert=FILE].")
  private Path sensors;

  @Option(
      names = {"-case", "--case"},
      required = true,
      paramLabel = "FOLDER",
      description = "Where case.pcap, flows.tsv and report.txt go; may not be there yet.")
  private Path folder;

  @Option(
      names = {"-at-once", "--at-once"},
      defaultValue = "2",
      paramLabel = "N",
      description = "Queries at a time to one sensor (default: ${DEFAULT-VALUE}).")
  private int atOnce;

  @Option(
      names = {"-most", "--most"},
      defaultValue = "10000",
      paramLabel = "N",
      description = "Flow records whose packets are fetched at most (default: ${DEFAULT-VALUE}).")
  private int most;

  @Option(
      names = {"-limit-bytes", "--limit-bytes"},
      defaultValue = "10000000000",
      paramLabel = "BYTES",
      description = "Most bytes of one answer of a sensor (default: ${DEFAULT-VALUE}).")
  private long limitBytes;

  /** A job that is not run yet. */
  public HuntFlows() {}

  /** Runs it; exits with the code that the command tells of. */
  public static void main(String[] args) {
    System.exit(Main.lineOf(new HuntFlows()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    if (atOnce < 1 || most < 1 || !from.isBefore(to)) {
      throw new ParameterException(
          spec.commandLine(),
          "at-once=%d most=%d from=%s to=%s: two numbers from 1 on, and a time before the other"
              .formatted(atOnce, most, from, to));
    }
    if (Files.exists(folder)) {
      throw new ParameterException(
          spec.commandLine(), "case=%s: is there already".formatted(folder));
    }
    Map<String, Sensor> known = new LinkedHashMap<>();
    SensorList.read(sensors, new SensorKeys(null, null, null))
        .forEach(sensor -> known.put(sensor.name(), sensor));
    Indicators wanted = indicators == null ? null : Indicators.read(indicators);
    List<FoundFlow> found = find(wanted);
    boolean isCutShort = found.size() > most;
    Map<String, List<FoundFlow>> flows = new TreeMap<>();
    found
        .subList(0, Math.min(most, found.size()))
        .forEach(flow -> flows.computeIfAbsent(flow.sensor(), _ -> new ArrayList<>()).add(flow));
    return write(flows, known, isCutShort);
  }

  private List<FoundFlow> find(Indicators wanted) throws IOException {
    try (SparkSession spark =
        SparkSession.builder()
            .appName("gotm HuntFlows")
            .config("spark.sql.session.timeZone", "UTC")
            .getOrCreate()) {
      return new FlowHunt(spark, lake).find(where, from, to, wanted, most + 1);
    }
  }

  private int write(
      Map<String, List<FoundFlow>> flows, Map<String, Sensor> known, boolean isCutShort)
      throws IOException {
    Path parts = Files.createDirectories(folder).resolve("parts");
    Files.createDirectory(parts);
    Limits limits = new Limits(0, limitBytes, Duration.ZERO);
    List<PacketFetch.Fetched> answers = new PacketFetch(parts, atOnce, limits).fetch(flows, known);
    FetchedPackets fetched = new FetchedPackets(flows);
    CaseMerge merge = new CaseMerge(fetched);
    merge.run(answers, folder.resolve("case.pcap"));
    CaseReport report = new CaseReport(folder, flows, fetched);
    report.write(question(), answers, merge, isCutShort);
    for (PacketFetch.Fetched answer : answers) {
      if (answer.file() != null) {
        Files.deleteIfExists(answer.file());
      }
    }
    Files.delete(parts);
    System.err.print(Files.readString(folder.resolve("report.txt")));
    return report.isPartial() ? PARTIAL : ExitCodes.OK;
  }

  private List<String> question() {
    return List.of(
        "lake %s".formatted(lake),
        "where %s".formatted(where.replaceAll("\\p{C}", " ")),
        "from %s to %s".formatted(from, to),
        "indicators %s".formatted(indicators == null ? "none" : indicators));
  }
}
