package org.gotm.app.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.store.metrics.FixedMeters.value;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.gotm.app.shunt.FilterCounts;
import org.gotm.core.capture.Counter;
import org.gotm.ffm.Command;
import org.gotm.store.metrics.FixedMeters;
import org.gotm.store.metrics.MeteredWorker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecorderMetricsTest {
  /** Names that Prometheus' own taste would have otherwise, but dashboards query. */
  private static final Set<String> OLD_NAMES =
      Set.of(
          "gotm_packet_count",
          "gotm_packet_output_count",
          "gotm_active_flow_count",
          "gotm_flow_count",
          "gotm_expired_flow_count",
          "gotm_expired_flow_duration_seconds_sum",
          "gotm_flows_filtered");

  private static final String EN0 = "{interface=\"en0\",worker=\"0\"}";
  private static final String EN1 = "{interface=\"en1\",worker=\"3\"}";

  private final String scrape =
      FixedRecorder.of(FixedMeters.worker("en0", 0), FixedMeters.worker("en1", 3)).scrape();
  private final Map<String, Double> samples = samples(scrape);

  private static Map<String, Double> samples(String scrape) {
    Map<String, Double> samples = new LinkedHashMap<>();
    scrape
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line -> {
              int space = line.lastIndexOf(' ');
              samples.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
            });
    return samples;
  }

  @ParameterizedTest
  @CsvSource({
    "gotm_bytes_total, BYTES",
    "gotm_bytes_output_total, BYTES_OUTPUT",
    "gotm_packet_nic_received, RECEIVED",
    "gotm_packet_nic_dropped, DROPPED",
    "gotm_packet_nic_if_dropped, INTERFACE_DROPPED",
    "gotm_active_flow_count, FLOWS_ACTIVE",
    "gotm_packet_output_count, KEPT",
    "gotm_flow_count, FLOWS",
    "gotm_packets_kept_total, KEPT",
    "gotm_packets_output_total, WRITTEN",
    "gotm_packets_undecoded_total, UNDECODED",
    "gotm_packets_discarded_total, DISCARDED",
    "gotm_flows_total, FLOWS",
    "gotm_flows_cut_total, FLOWS_CUT",
    "gotm_flows_expired_total, FLOWS_EXPIRED",
    "gotm_flows_evicted_total, FLOWS_EVICTED",
    "gotm_flows_renewed_total, FLOWS_RENEWED",
    "gotm_flows_cut_in_kernel, FLOWS_CUT_IN_KERNEL",
    "gotm_kernel_cut_on, KERNEL_CUT_ON",
    "gotm_source_freezes_total, EXTRA_0"
  })
  void shouldTellACounterOfEachWorkerByThisName(String name, Counter counter) {
    assertThat(samples)
        .containsEntry(name + EN0, (double) value(counter))
        .containsEntry(name + EN1, (double) value(counter));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gotm_packet_count", "gotm_packets_total"})
  void shouldCountWhatTheKernelCutsAsSeen(String name) {
    assertThat(samples)
        .containsEntry(
            name + EN0, (double) (value(Counter.DELIVERED) + value(Counter.CUT_IN_KERNEL)));
  }

  @ParameterizedTest
  @CsvSource({"user, CUT", "kernel, CUT_IN_KERNEL"})
  void shouldTellWherePacketsWereCut(String where, Counter counter) {
    assertThat(samples)
        .containsEntry(
            "gotm_packets_cut_total{interface=\"en0\",where=\"%s\",worker=\"0\"}".formatted(where),
            (double) value(counter));
  }

  @ParameterizedTest
  @CsvSource({
    "ring, DROPPED",
    "interface, INTERFACE_DROPPED",
    "output_full, LOST_OUTPUT_FULL",
    "write_error, LOST_WRITE_ERROR"
  })
  void shouldTellWhyPacketsWereLost(String reason, Counter counter) {
    assertThat(samples)
        .containsEntry(
            "gotm_packets_lost_total{interface=\"en0\",reason=\"%s\",worker=\"0\"}"
                .formatted(reason),
            (double) value(counter));
  }

  @ParameterizedTest
  @CsvSource({
    "gotm_rotations_total, 1",
    "gotm_write_errors_total, 2",
    "gotm_disk_bytes_total, 3",
    "gotm_output_queue_depth, 4",
    "gotm_compressor_seconds_total, 5.5",
    "gotm_chunks, 6",
    "gotm_chunks_in_use, 7"
  })
  void shouldTellOfTheOutputByThisName(String name, double expected) {
    assertThat(samples).containsEntry(name, expected);
  }

  @Test
  void shouldTellOfClassesWhenThereAreOthersThanTheOneForAll() {
    RecorderMetrics metrics = FixedRecorder.of(FixedMeters.worker("en0", 0));
    metrics.addClasses(List.of("default"));
    assertThat(metrics.scrape()).doesNotContain("gotm_class");

    metrics.addClasses(List.of("default", "dns"));
    metrics.addClasses(List.of("default", "dns", "tls")); // read again
    String of = "{class=\"%s\",interface=\"en0\",worker=\"0\"}";
    for (String name : List.of("default", "dns", "tls")) {
      assertThat(samples(metrics.scrape()))
          .containsEntry("gotm_class_packets_kept_total" + of.formatted(name), 0.0)
          .containsEntry("gotm_class_packets_cut_total" + of.formatted(name), 0.0)
          .containsEntry("gotm_class_bytes_total" + of.formatted(name), 0.0);
    }
  }

  @Test
  void shouldTellOfPacketsInMemory() {
    MeteredWorker worker = FixedMeters.worker("en0", 0);
    worker.ledger().set(Counter.KEPT, 10_000);
    double inMemory =
        10_000.0
            - value(Counter.WRITTEN)
            - value(Counter.LOST_OUTPUT_FULL)
            - value(Counter.LOST_WRITE_ERROR);

    assertThat(samples(FixedRecorder.of(worker).scrape()))
        .containsEntry("gotm_packets_in_memory" + EN0, inMemory);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "jvm_gc_collection_seconds_count{gc=\"",
        "jvm_memory_used_bytes{area=\"heap\"}",
        "jvm_threads_current"
      })
  void shouldTellOfProcessAndJvmByThisName(String name) {
    assertThat(samples.keySet()).anyMatch(sample -> sample.startsWith(name));
  }

  /** All that the original's {@code /metrics} had of its own, with the types that it had. */
  @ParameterizedTest
  @CsvSource({
    "gotm_active_flow_count, gauge, interface worker",
    "gotm_expired_flow_count, gauge, interface worker",
    "gotm_expired_flow_duration_seconds_sum, counter, interface worker",
    "gotm_bytes_total, counter, interface worker",
    "gotm_bytes_output_total, counter, interface worker",
    "gotm_packet_count, counter, interface worker",
    "gotm_packet_output_count, counter, interface worker",
    "gotm_flow_count, counter, interface worker",
    "gotm_flow_size_bytes, histogram, ''",
    "gotm_flows_filtered, counter, status",
    "gotm_packet_nic_received, gauge, interface worker",
    "gotm_packet_nic_dropped, gauge, interface worker",
    "gotm_packet_nic_if_dropped, gauge, interface worker"
  })
  void shouldServeEachMetricOfTheOriginal(String name, String type, String labels) {
    String sample = type.equals("histogram") ? name + "_count" : name;

    assertThat(scrape.lines().filter(line -> line.startsWith("# TYPE " + name + " ")))
        .containsExactly("# TYPE " + name + " " + type);
    assertThat(samples.keySet().stream().filter(s -> s.split("\\{")[0].equals(sample)))
        .isNotEmpty()
        .allSatisfy(s -> assertThat(labelNames(s)).isEqualTo(labels));
  }

  private static String labelNames(String sample) {
    return Pattern.compile("([a-z]+)=\"")
        .matcher(sample)
        .results()
        .map(result -> result.group(1))
        .collect(Collectors.joining(" "));
  }

  @Test
  void shouldHaveOneSeriesOfFlowSizesHoweverManyWorkersThereAre() {
    assertThat(samples.keySet().stream().filter(s -> s.startsWith("gotm_flow_size_bytes_bucket")))
        .hasSize(FlowSizes.BUCKETS + 1);
  }

  @Test
  void shouldCountTheFlowsThatOthersWereAskedToFilter() {
    RecorderMetrics metrics = FixedRecorder.of(FixedMeters.worker("en0", 0));
    FilterCounts counts = new FilterCounts();
    metrics.countFiltered(counts);
    counts.add(FilterCounts.Status.OK, 3);
    counts.add(FilterCounts.Status.ERR, 2);

    assertThat(samples(metrics.scrape()))
        .containsEntry("gotm_flows_filtered{status=\"ok\"}", 3.0)
        .containsEntry("gotm_flows_filtered{status=\"err\"}", 2.0)
        .containsEntry("gotm_flows_filtered{status=\"ignored\"}", 0.0);
  }

  @Test
  void shouldServeEachFamilyOnce() {
    assertThat(scrape.lines().filter(line -> line.startsWith("# TYPE ")))
        .extracting(line -> line.split(" ")[2])
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldTellWhatExpiresInAnIntervalOnAverageSinceItWasAsked() {
    GrowthPerInterval growth = new GrowthPerInterval(5, 100);

    assertThat(growth.lookAt(7, 104)).as("before an interval has passed").isZero();
    assertThat(growth.lookAt(8, 105)).isEqualTo(8);
    assertThat(growth.lookAt(38, 109)).as("until the next has passed").isEqualTo(8);
    assertThat(growth.lookAt(38, 120)).isEqualTo(10);
  }

  @Test
  void shouldSpellBucketBoundsAsTheOriginalDid() {
    String bound = "gotm_flow_size_bytes_bucket\\{le=\"(.*)\"} .*";

    assertThat(scrape.lines().flatMap(line -> Pattern.compile(bound).matcher(line).results()))
        .extracting(MatchResult.class::cast)
        .extracting(result -> result.group(1))
        .containsExactly(
            "1024",
            "4096",
            "16384",
            "65536",
            "262144",
            "1.048576e+06",
            "4.194304e+06",
            "1.6777216e+07",
            "6.7108864e+07",
            "2.68435456e+08",
            "1.073741824e+09",
            "4.294967296e+09",
            "1.7179869184e+10",
            "6.8719476736e+10",
            "2.74877906944e+11",
            "+Inf");
  }

  @Test
  void shouldCountFlowsOfAllWorkersUpToEachBound() {
    String bucket = "gotm_flow_size_bytes_bucket{le=\"%s\"}";

    assertThat(samples)
        .containsEntry(bucket.formatted("1024"), 2.0)
        .containsEntry(bucket.formatted("16384"), 2.0)
        .containsEntry(bucket.formatted("65536"), 6.0)
        .containsEntry(bucket.formatted("+Inf"), 6.0)
        .containsEntry("gotm_flow_size_bytes_count", 6.0)
        .containsEntry("gotm_flow_size_bytes_sum", 220_200.0);
  }

  @Test
  void shouldEscapeAnInterfaceNameAsTheRegistryDoes() {
    String text = FixedRecorder.of(FixedMeters.worker("a \\ \"b\"\nc", 0)).scrape();

    String labels = "{interface=\"a \\\\ \\\"b\\\"\\nc\",worker=\"0\"} ";
    assertThat(text).contains("gotm_bytes_total" + labels).contains("gotm_flow_count" + labels);
  }

  /** Exit 0: no complaint, 3: complaints about taste, 1: it cannot be read. */
  @Test
  void shouldPleaseThePrometheusToolButForOldNames(@TempDir Path folder) throws IOException {
    Command.require("promtool");
    Path file = Files.writeString(folder.resolve("metrics.txt"), scrape);

    Command.Result result = Command.run(List.of("sh", "-c", "promtool check metrics <" + file));

    assertThat(result.exitCode()).as(result.output()).isIn(0, 3);
    Set<String> complaints =
        result
            .output()
            .lines()
            .map(line -> line.split(" ")[0])
            .filter(name -> name.startsWith("gotm"))
            .collect(Collectors.toSet());
    assertThat(complaints).as(result.output()).isSubsetOf(OLD_NAMES);
  }
}
