package org.gotm.fleet.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * From two recorders over a lake in S3 and a Spark cluster of two processes to a case file, judged
 * by tshark over what was sent.
 */
@Tag("live")
class FleetIT {
  /** What a packet is, but for when it came. */
  private static final String[] FIELDS = {
    "frame.len",
    "ip.src",
    "ip.dst",
    "ip.id",
    "ip.checksum",
    "udp.checksum",
    "tcp.seq_raw",
    "tcp.ack_raw",
    "tcp.flags",
    "tcp.checksum",
    "ipv6.src",
    "ipv6.dst"
  };

  private static final String[] OPENED = {
    "java.lang",
    "java.lang.invoke",
    "java.lang.reflect",
    "java.io",
    "java.net",
    "java.nio",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "sun.nio.ch",
    "sun.nio.cs",
    "sun.security.action",
    "sun.util.calendar"
  };

  private static final String STARTS = "ExecStart=";

  /** Columns of flows.tsv. */
  private static final int KEPT = 8;

  private static final int FETCHED = 9;

  @TempDir private Path folder;

  @Test
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void shouldLeadFromTwoSensorsToACaseFile() throws Exception {
    VethPair.requireLive();
    Command.require("tshark", "rclone");
    Path mixed = Captures.get("eth-mixed-emix.pcap").extractTo(folder);
    Path dns = Captures.get("eth-udp-dns.pcap").extractTo(folder);
    Instant from = Instant.now().minus(1, ChronoUnit.HOURS);
    Path lake = folder.resolve("lake");
    try (TestStore store = new TestStore(Files.createDirectory(folder.resolve("store")));
        TestSensor north = new TestSensor("north", folder, List.of(mixed));
        TestSensor south = new TestSensor("south", folder, List.of(dns))) {
      for (TestSensor sensor : List.of(north, south)) {
        assertThat(
                TestSensor.gotm(
                    "flows",
                    "convert",
                    sensor.output() + "",
                    "-lake",
                    lake + "",
                    "-sensor",
                    sensor.name))
            .isZero();
      }
      upload(lake, store);
      Path sensors =
          Files.writeString(
              folder.resolve("sensors"),
              "north unix:%s\nsouth unix:%s\n".formatted(north.socket(), south.socket()));
      Path indicators = Files.writeString(folder.resolve("indicators"), "0.0.0.0/0\n::/0\n");
      Path found = folder.resolve("case");

      int exitCode =
          spark(
              store.url(),
              "-lake",
              "s3a://lake/",
              "-where",
              "network_transport = 'udp' and (destination_port in (53, 137) or source_port in (53, 137))"
                  + " or 22 in (source_port, destination_port) or 23 in (source_port, destination_port)",
              "-from",
              from + "",
              "-to",
              Instant.now().plus(1, ChronoUnit.HOURS) + "",
              "-indicators",
              indicators + "",
              "-sensors",
              sensors + "",
              "-case",
              found + "");

      assertThat(Files.readString(found.resolve("report.txt")))
          .contains("sensor north: ")
          .contains("sensor south: ");
      assertThat(Files.readAllLines(found.resolve("flows.tsv")).stream().skip(1))
          .isNotEmpty()
          .map(line -> line.split("\t", -1))
          .allMatch(column -> column[KEPT].equals(column[FETCHED]));
      String condition =
          "udp.port in {53, 137} or tcp.dstport in {22, 23} or tcp.srcport in {22, 23}";
      List<String> expected = new ArrayList<>(packets(mixed, condition));
      expected.addAll(packets(dns, condition));
      expected.sort(null);
      assertThat(packets(found.resolve("case.pcap"), "frame")).isEqualTo(expected);
      assertThat(exitCode).isZero();
    }
  }

  /** Has rclone move the files as the unit does. */
  private void upload(Path lake, TestStore store) throws Exception {
    store.makeBucket("lake");
    Path config =
        Files.writeString(
            folder.resolve("rclone.conf"),
            """
            [store]
            type = s3
            provider = Other
            endpoint = %s
            access_key_id = any
            secret_access_key = any
            """
                .formatted(store.url()));
    String unit = Files.readString(Path.of("..", "..", "deploy", "gotm-flows-upload.service"));
    String rclone =
        unit.lines()
            .filter(line -> line.startsWith(STARTS))
            .findFirst()
            .orElseThrow()
            .substring(STARTS.length())
            .replace("/etc/gotm/rclone.conf", config + "")
            .replace("${GOTM_LAKE}", lake + "")
            .replace("${GOTM_REMOTE}", "store:lake");
    List<String> command = new ArrayList<>(List.of("env", "-i"));
    command.addAll(List.of(rclone.split(" ")));
    Command.check(command);
    try (Stream<Path> files = Files.walk(lake)) {
      assertThat(files).noneMatch(file -> file.toString().endsWith(".parquet"));
    }
  }

  /** The job as spark-submit starts it, on a cluster of two processes of this machine. */
  private int spark(String store, String... arguments) throws Exception {
    Path home = Path.of("target/spark").toAbsolutePath();
    Files.writeString(home.resolve("RELEASE"), "");
    String java = ProcessHandle.current().info().command().orElseThrow();
    Path job = Path.of("target/gotm-fleet-spark.jar").toAbsolutePath();
    List<String> command = new ArrayList<>(List.of(java, "-Xmx768m"));
    for (String opened : OPENED) {
      command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
    }
    command.addAll(
        List.of(
            "-Dspark.master=local-cluster[2,1,1024]",
            "-Dspark.jars=" + job,
            "-Dspark.ui.enabled=false",
            "-Dspark.driver.host=127.0.0.1",
            "-Dspark.driver.bindAddress=127.0.0.1",
            "-Dspark.hadoop.fs.s3a.endpoint=" + store,
            "-Dspark.hadoop.fs.s3a.endpoint.region=us-east-1",
            "-Dspark.hadoop.fs.s3a.path.style.access=true",
            "-Dspark.hadoop.fs.s3a.access.key=any",
            "-Dspark.hadoop.fs.s3a.secret.key=any",
            "-cp",
            job + File.pathSeparator + home.resolve("jars") + "/*",
            HuntFlows.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO().directory(folder.toFile());
    builder.environment().put("SPARK_HOME", home.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("JAVA_HOME", Path.of(java).getParent().getParent().toString());
    Process process = builder.start();
    if (!process.waitFor(Duration.ofMinutes(10))) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    return process.waitFor();
  }

  private static List<String> packets(Path file, String condition) {
    List<String> command =
        new ArrayList<>(
            List.of("sh", "-c", "exec tshark \"$@\" 2>/dev/null", "-", "-n", "-r", file + ""));
    command.addAll(List.of("-Y", condition, "-T", "fields"));
    Arrays.stream(FIELDS).forEach(field -> command.addAll(List.of("-e", field)));
    List<String> lines = new ArrayList<>(Command.check(command).lines().toList());
    lines.sort(null);
    return lines;
  }
}
