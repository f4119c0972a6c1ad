package org.gotm.fleet.spark;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What was found, what of it is there, and what is not: for people, and as lines of a table. */
final class CaseReport {
  private static final int WORST = 20;

  private final Path folder;
  private final Map<String, List<FoundFlow>> flows;
  private final FetchedPackets fetched;
  private boolean isPartial;

  CaseReport(Path folder, Map<String, List<FoundFlow>> flows, FetchedPackets fetched) {
    this.folder = folder;
    this.flows = flows;
    this.fetched = fetched;
  }

  /**
   * Writes {@code report.txt} and {@code flows.tsv}.
   *
   * @param question what was asked, a line each
   */
  void write(
      List<String> question, List<PacketFetch.Fetched> answers, CaseMerge merge, boolean isCutShort)
      throws IOException {
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(folder.resolve("report.txt")))) {
      question.forEach(out::println);
      if (isCutShort) {
        partial(
            out,
            "there are more flows than -most lets through; those from %s on are missing"
                .formatted(lastStart()));
      }
      flows.forEach((sensor, found) -> write(out, sensor, found, answers));
      if (merge.leftOut() > 0) {
        partial(out, "%d packets are of another link type and left out".formatted(merge.leftOut()));
      }
      out.printf("case.pcap: %d packets%s%n", merge.packets(), isPartial ? ", not all" : "");
    }
    writeFlows();
  }

  /** True if not all packets that were kept are there. */
  boolean isPartial() {
    return isPartial;
  }

  private void write(
      PrintWriter out, String sensor, List<FoundFlow> found, List<PacketFetch.Fetched> answers) {
    long packets = found.stream().mapToLong(fetched::of).sum();
    long kept = found.stream().mapToLong(FoundFlow::keptPackets).sum();
    long cut = found.stream().filter(flow -> flow.cutMicros() != null).count();
    long nameless = found.stream().filter(flow -> !flow.canBeAskedFor()).count();
    out.printf(
        "sensor %s: %d flow records found, %d packets fetched of %d that were kept%n",
        sensor, found.size(), packets, kept);
    if (cut > 0) {
      out.printf("sensor %s: %d flows were cut: cut_time in flows.tsv%n", sensor, cut);
    }
    if (nameless > 0) {
      partial(out, "sensor %s: %d flows are not IP and not asked for".formatted(sensor, nameless));
    }
    List<String> problems =
        answers.stream()
            .filter(answer -> answer.sensor().equals(sensor))
            .map(PacketFetch.Fetched::problem)
            .filter(text -> !text.isEmpty())
            .toList();
    problems.forEach(problem -> partial(out, "sensor %s: %s".formatted(sensor, problem)));
    writeMissing(out, sensor, found, problems.isEmpty() ? "have expired" : "did not come");
  }

  /** Which flows lack packets, those with the most first. */
  private void writeMissing(
      PrintWriter out, String sensor, List<FoundFlow> found, String whatCameOfThem) {
    List<FoundFlow> lacking =
        found.stream()
            .filter(flow -> fetched.missing(flow) > 0)
            .sorted(Comparator.comparingLong(fetched::missing).reversed())
            .toList();
    if (lacking.isEmpty()) {
      return;
    }
    long missing = lacking.stream().mapToLong(fetched::missing).sum();
    partial(
        out,
        "sensor %s: %d packets of %d flow records %s: fetched_packets in flows.tsv"
            .formatted(sensor, missing, lacking.size(), whatCameOfThem));
    lacking.stream()
        .limit(WORST)
        .forEach(
            flow ->
                out.printf(
                    "  %d of %d packets of %s from %s on%n",
                    fetched.missing(flow),
                    flow.keptPackets(),
                    flow.ends(),
                    time(flow.startMicros())));
    if (lacking.size() > WORST) {
      out.println("  ...");
    }
  }

  private void partial(PrintWriter out, String line) {
    isPartial = true;
    out.println(line.replaceAll("\\p{C}", " "));
  }

  private Instant lastStart() {
    return flows.values().stream()
        .flatMap(List::stream)
        .map(flow -> time(flow.startMicros()))
        .max(Instant::compareTo)
        .orElse(Instant.EPOCH);
  }

  private void writeFlows() throws IOException {
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(folder.resolve("flows.tsv")))) {
      out.println(
          "sensor\tevent_start\tevent_end\tnetwork_iana_number\tsource_ip\tsource_port"
              + "\tdestination_ip\tdestination_port\tkept_packets\tfetched_packets\tcut_time\tnetwork_community_id");
      flows.values().stream().flatMap(List::stream).forEach(flow -> out.println(line(flow)));
    }
  }

  private String line(FoundFlow flow) {
    return "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\t%s"
        .formatted(
            flow.sensor(),
            time(flow.startMicros()),
            time(flow.endMicros()),
            text(flow.protocol()),
            text(flow.source()),
            text(flow.sourcePort()),
            text(flow.destination()),
            text(flow.destinationPort()),
            flow.keptPackets(),
            fetched.of(flow),
            flow.cutMicros() == null ? "" : time(flow.cutMicros()),
            text(flow.communityId()));
  }

  private static String text(Object value) {
    return value == null ? "" : value.toString().replaceAll("\\p{C}", "?");
  }

  private static Instant time(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
