package org.gotm.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.cli.CommandRig.settings;
import static org.gotm.app.cli.CommandRig.settingsOf;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.gotm.app.daemon.LogFormat;
import org.gotm.app.daemon.Settings;
import org.gotm.app.help.Version;
import org.gotm.app.queryserver.QuerySettings;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.Separator;
import org.gotm.core.packet.Tunnel;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.ffm.Method;
import org.gotm.ffm.kernelcut.KernelCutMode;
import org.gotm.store.api.Compression;
import org.gotm.store.retain.Retention;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class GotmCommandTest {
  @Test
  void shouldHaveTheDocumentedDefaultsWhenNothingIsGiven() {
    assertThat(settings())
        .isEqualTo(
            new Settings(
                new Settings.Source(
                    List.of("eth0"),
                    List.of(),
                    Method.AUTO,
                    "ip or ip6 or (vlan and (ip or ip6))",
                    1,
                    List.of(),
                    262_144,
                    Optional.empty(),
                    Optional.empty(),
                    false,
                    new Settings.Snf(Optional.empty(), Optional.empty(), Optional.empty())),
                new Settings.Flows(
                    Cutoff.of(100, 8192).withKeepControl(true).withAge(Duration.ofMinutes(5)),
                    Duration.ofSeconds(5),
                    FlowKeyOptions.defaults(),
                    Optional.empty(),
                    1L << 30,
                    List.of(),
                    Optional.empty(),
                    KernelCutMode.AUTO,
                    new Settings.Records(false, Duration.ofDays(90))),
                new Settings.Output(
                    Path.of("out"),
                    new Compression.None(),
                    Duration.ofSeconds(300),
                    Optional.empty(),
                    Duration.ofSeconds(1),
                    TimestampPrecision.NANO,
                    false,
                    false,
                    false),
                new Settings.Files(false, false, false, true, Version.line()),
                new Settings.Report(
                    Duration.ofSeconds(5), Optional.of(new InetSocketAddress("localhost", 8080))),
                Retention.none(),
                new Settings.Process(Optional.empty(), 0027, LogFormat.TEXT),
                new Settings.Shunt(Optional.empty(), Optional.empty()),
                new QuerySettings(
                    Optional.empty(),
                    Path.of("/etc/gotm/keys"),
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ofMinutes(15))));
  }

  @Test
  void shouldUnderstandTheOriginalsExampleWhenUnchanged() {
    Settings settings = settingsOf("-rotationinterval 60s -interface en0 -compress");

    assertThat(settings.output().rotationInterval()).isEqualTo(Duration.ofSeconds(60));
    assertThat(settings.source().interfaces()).containsExactly("en0");
    assertThat(settings.output().compression()).isEqualTo(new Compression.Gzip(6));
    assertThat(settings.flows().cutoff()).isEqualTo(settings().flows().cutoff());
    assertThat(settings.isOffline()).isFalse();
  }

  @Test
  void shouldUnderstandTheOriginalsProductionArgumentsWhenUnchanged() {
    Settings settings =
        settings(
            "-interface", "ens1,ens4",
            "-timeinterval", "31s",
            "-flowtimeout", "30s",
            "-rotationinterval", "60s",
            "-write", "pcaps",
            "-filter", "vlan or not vlan",
            "-packetcutoff", "1000",
            "-bytecutoff", "65536",
            "-metrics-address", ":9102");

    assertThat(settings.source().interfaces()).containsExactly("ens1", "ens4");
    assertThat(settings.report().interval()).isEqualTo(Duration.ofSeconds(31));
    assertThat(settings.flows().timeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.output().rotationInterval()).isEqualTo(Duration.ofSeconds(60));
    assertThat(settings.output().folder()).isEqualTo(Path.of("pcaps"));
    assertThat(settings.source().filter()).isEqualTo("vlan or not vlan");
    assertThat(settings.flows().cutoff())
        .isEqualTo(Cutoff.of(1000, 65536).withAge(Duration.ofMinutes(5)).withKeepControl(true));
    assertThat(settings.report().metricsAddress()).hasValue(new InetSocketAddress(9102));
    assertThat(settings.output().compression()).isEqualTo(new Compression.None());
  }

  @Test
  void shouldReadFilesWholeWhenNoFilterIsGiven() {
    Settings settings = settingsOf("-r trace.pcap -bytecutoff 64KiB -compress=zstd");

    assertThat(settings.isOffline()).isTrue();
    assertThat(settings.source().files()).containsExactly("trace.pcap");
    assertThat(settings.source().filter()).isEmpty();
    assertThat(settings.flows().cutoff())
        .isEqualTo(Cutoff.of(100, 65536).withAge(Duration.ofMinutes(5)).withKeepControl(true));
    assertThat(settings.output().compression()).isEqualTo(new Compression.Zstd(3));
  }

  /** An option, a value other than its default, and what it is for. */
  private record Row(
      String option, String value, Function<Settings, Object> get, Object expected) {}

  private static final List<Row> ROWS =
      List.of(
          new Row("interface", "en0,en1", s -> s.source().interfaces(), List.of("en0", "en1")),
          new Row("filter", "tcp", s -> s.source().filter(), "tcp"),
          new Row("timeinterval", "1m30s", s -> s.report().interval(), Duration.ofSeconds(90)),
          new Row("flowtimeout", "300ms", s -> s.flows().timeout(), Duration.ofMillis(300)),
          new Row("bytecutoff", "1MiB", s -> s.flows().cutoff().bytes(), 1L << 20),
          new Row("packetcutoff", "7", s -> s.flows().cutoff().packets(), 7L),
          new Row("write", "a/b", s -> s.output().folder(), Path.of("a/b")),
          new Row("compress", "zstd:5", s -> s.output().compression(), new Compression.Zstd(5)),
          new Row(
              "rotationinterval", "1h", s -> s.output().rotationInterval(), Duration.ofHours(1)),
          new Row("rotationsize", "1GiB", s -> s.output().rotationBytes(), Optional.of(1L << 30)),
          new Row(
              "metrics-address",
              "[::1]:9102",
              s -> s.report().metricsAddress(),
              Optional.of(new InetSocketAddress("::1", 9102))),
          new Row("largeflowsize", "2", s -> s.flows().largeBytes(), 2L << 20),
          new Row("workers", "3", s -> s.source().workers(), 3),
          new Row("snaplen", "128", s -> s.source().snaplen(), 128),
          new Row("buffersize", "8MiB", s -> s.source().bufferBytes(), Optional.of(8L << 20)),
          new Row("snf-flags", "0x101", s -> s.source().snf().flags(), Optional.of(0x101)),
          new Row("snf-rss-flags", "49", s -> s.source().snf().rssFlags(), Optional.of(49)),
          new Row("snf-app-id", "2", s -> s.source().snf().appId(), Optional.of(2)),
          new Row("blocksize", "256KiB", s -> s.source().blockBytes(), Optional.of(256 << 10)),
          new Row("flowkey", "directional", s -> s.flows().key().directional(), true),
          new Row(
              "tunnels",
              "GRE,vxlan",
              s -> s.flows().key().tunnels().on(),
              Set.of(Tunnel.GRE, Tunnel.VXLAN)),
          new Row(
              "tunnelports",
              "vxlan=4444,4445,geneve=6082",
              s -> s.flows().key().tunnels().ports(),
              Map.of(4444, Tunnel.VXLAN, 4445, Tunnel.VXLAN, 6082, Tunnel.GENEVE)),
          new Row("maxflows", "1000", s -> s.flows().capacity(), Optional.of(1000)),
          new Row("keepcontrol", "false", s -> s.flows().cutoff().keepControl(), false),
          new Row("flushinterval", "50ms", s -> s.output().flushInterval(), Duration.ofMillis(50)),
          new Row(
              "timestampprecision", "micro", s -> s.output().precision(), TimestampPrecision.MICRO),
          new Row("utc", "true", s -> s.output().utc(), true),
          new Row("output", "per-worker", s -> s.output().perWorker(), true),
          new Row("capture", "pcap", s -> s.source().method(), Method.PCAP),
          new Row("cpus", "0", s -> s.source().cpus(), List.of(0)),
          new Row(
              "dumbno",
              "[::1]:9000",
              s -> s.shunt().dumbno(),
              Optional.of(InetSocketAddress.createUnresolved("::1", 9000))),
          new Row("largeflowcommand", "sh", s -> s.shunt().command(), Optional.of("sh")),
          new Row("read", "a.pcap", s -> s.source().files(), List.of("a.pcap")));

  @TestFactory
  Stream<DynamicTest> shouldTakeTheValueWhenWrittenWithOneDashOrTwo() {
    return ROWS.stream().flatMap(row -> spellings(row).stream().map(words -> takes(row, words)));
  }

  private static DynamicTest takes(Row row, List<String> words) {
    return dynamicTest(
        String.join(" ", words),
        () -> {
          assertThat(row.get().apply(settings())).isNotEqualTo(row.expected());
          assertThat(row.get().apply(settings(words.toArray(String[]::new))))
              .isEqualTo(row.expected());
        });
  }

  private static List<List<String>> spellings(Row row) {
    boolean isFlag = List.of("compress", "keepcontrol", "utc").contains(row.option());
    List<List<String>> spellings = new ArrayList<>();
    for (String dashes : row.option().equals("read") ? List.of("--") : List.of("-", "--")) {
      spellings.add(List.of(dashes + row.option() + "=" + row.value()));
      if (!isFlag) {
        spellings.add(List.of(dashes + row.option(), row.value()));
      }
    }
    return spellings;
  }

  @Test
  void shouldSeparateNetworksWhenTheKeyIsAList() {
    assertThat(settings("-flowkey", "vlan").flows().key())
        .isEqualTo(FlowKeyOptions.defaults().withSeparators(Set.of(Separator.VLAN)));
    assertThat(settings("-flowkey", "directional, mpls,vni").flows().key())
        .isEqualTo(
            FlowKeyOptions.defaults()
                .withDirectional(true)
                .withSeparators(Set.of(Separator.MPLS, Separator.VNI)));
  }

  @Test
  void shouldLookIntoAllTunnelsOrNone() {
    assertThat(settings("-tunnels", "On").flows().key().tunnels()).isEqualTo(TunnelOptions.all());
    assertThat(settings("-tunnels", "OFF").flows().key().tunnels()).isEqualTo(TunnelOptions.none());
  }

  @Test
  void shouldAddPortsOfTunnelsWhenTheOptionIsRepeated() {
    Settings settings = settingsOf("-tunnelports VXLAN=4444 -tunnelports gtp=2153");

    assertThat(settings.flows().key().tunnels().ports())
        .isEqualTo(Map.of(4444, Tunnel.VXLAN, 2153, Tunnel.GTP));
  }

  @Test
  void shouldMeanTheSameWhenShortNamesOfTcpdumpAreUsed() {
    assertThat(settingsOf("-i en0 -s 96 -w x"))
        .isEqualTo(settingsOf("-interface en0 -snaplen 96 -write x"));
    assertThat(settingsOf("-r a b")).isEqualTo(settingsOf("--read a --read b"));
  }

  @Test
  void shouldNotTakeTheNextArgumentWhenAFlagStandsAlone() {
    assertThat(settingsOf("-compress -utc -keepcontrol -interface en0"))
        .isEqualTo(settingsOf("-compress=gzip -utc=true -keepcontrol=true -interface=en0"));
  }

  @Test
  void shouldReadStandardInputWhenTheFileIsADash() {
    assertThat(settingsOf("-r - -compress").source().files()).containsExactly("-");
  }

  @Test
  void shouldReadEverythingWhenTheFilterIsEmpty() {
    assertThat(settings("-filter", "").source().filter()).isEmpty();
    assertThat(settings("-filter", "tcp", "-r", "a").source().filter()).isEqualTo("tcp");
  }

  @Test
  void shouldNeverCutWhenCutoffsAreZero() {
    assertThat(settingsOf("-packetcutoff 0 -bytecutoff 0").flows().cutoff())
        .isEqualTo(Cutoff.of(0, 0).withAge(Duration.ofMinutes(5)).withKeepControl(true));
  }

  @Test
  void shouldKeepWholePacketsWhenTheSnaplenIsZero() {
    assertThat(settingsOf("-snaplen 0").source().snaplen()).isEqualTo(262_144);
  }

  @Test
  void shouldServeNoMetricsWhenOff() {
    assertThat(settingsOf("-metrics-address off").report().metricsAddress()).isEmpty();
  }

  @Test
  void shouldServeMetricsOfFilesOnlyWhenAnAddressIsGiven() {
    assertThat(settingsOf("-r a.pcap").report().metricsAddress()).isEmpty();
    assertThat(settingsOf("-r a.pcap -metrics-address :9102").report().metricsAddress())
        .hasValue(new InetSocketAddress(9102));
    assertThat(settingsOf("-i en0").report().metricsAddress())
        .hasValue(new InetSocketAddress("localhost", 8080));
  }

  @Test
  void shouldTellOfTheCommandsThatAnotherProgramHas() {
    assertThat(Main.commandLine().getUsageMessage())
        .contains("lib/fleet", "  fleet serve    Answers ", "  flows convert  Makes ");
    assertThat(Main.commandLine().getSubcommands().get("flows").getUsageMessage())
        .contains("gotm flows convert --help");
  }

  @Test
  void shouldReadArgumentsFromAFileWhenItIsGivenWithAnAt(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("gotm.args");
    Files.writeString(
        file, "# how we run it\n-interface ens1,ens4\n-compress\n-filter 'vlan or not vlan'\n");

    assertThat(settings("@" + file, "-utc"))
        .isEqualTo(
            settings(
                "-interface",
                "ens1,ens4",
                "-compress=gzip",
                "-filter",
                "vlan or not vlan",
                "-utc"));
  }
}
