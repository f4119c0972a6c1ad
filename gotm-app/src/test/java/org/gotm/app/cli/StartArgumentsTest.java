package org.gotm.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.gotm.app.daemon.Settings;
import org.gotm.app.daemon.SettingsChange;
import org.gotm.store.api.Compression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartArgumentsTest {
  @TempDir Path folder;

  private Path write(String... lines) throws IOException {
    return Files.write(folder.resolve("gotm.conf"), List.of(lines));
  }

  private StartArguments start(String... arguments) {
    return new StartArguments(folder.resolve("gotm.conf"), arguments);
  }

  private Settings settings(String... arguments) {
    return CommandRig.settings(start(arguments).all());
  }

  private List<String> problems(String... arguments) {
    return CheckCommand.problems(start(arguments));
  }

  @Test
  void shouldTakeEachKindOfOptionFromTheFile() throws IOException {
    write(
        "# a comment",
        "! another",
        "",
        "  interface = ens1,ens4 ",
        "w=/data/p caps",
        "compress=zstd:3",
        "utc",
        "skipempty=true",
        "filter=",
        "class=dns:port 53:never",
        "class=tls:tcp port 443:bytes=32KiB");

    Settings settings = settings();

    assertThat(settings.source().interfaces()).containsExactly("ens1", "ens4");
    assertThat(settings.source().filter()).isEmpty();
    assertThat(settings.output().folder()).isEqualTo(Path.of("/data/p caps"));
    assertThat(settings.output().compression()).isEqualTo(new Compression.Zstd(3));
    assertThat(settings.output().utc()).isTrue();
    assertThat(settings.output().skipEmpty()).isTrue();
    assertThat(settings.flows().classes())
        .containsExactly("dns:port 53:never", "tls:tcp port 443:bytes=32KiB");
  }

  @Test
  void shouldPreferTheCommandLineByWhateverName() throws IOException {
    write("interface=ens1", "write=/data", "flowtimeout=7s", "class=dns:port 53:never");

    Settings settings = settings("-i", "lo", "--write=here", "-class", "all:ip:drop");

    assertThat(settings.source().interfaces()).containsExactly("lo");
    assertThat(settings.output().folder()).isEqualTo(Path.of("here"));
    assertThat(settings.flows().timeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(settings.flows().classes()).containsExactly("all:ip:drop");
  }

  @Test
  void shouldSayWhatOfTheFileDoesNotCount() throws IOException {
    write("write=/data", "utc", "diskfree=10%", "maxage=30d", "packetcutoff=7");

    StartArguments start =
        start("-w", "here", "-utc", "--diskfree=5%", "-diskfree", "1%", "-packetcutoff=7");

    String file = folder.resolve("gotm.conf").toString();
    assertThat(start.overridden())
        .containsExactly(
            file + ":1: write=/data does not count, as the command line says -write=here",
            file + ":3: diskfree=10% does not count, as the command line says -diskfree=1%");
  }

  @Test
  void shouldSayThatNothingIsOverriddenWhereNothingIs() throws IOException {
    assertThat(start("-i", "lo").overridden()).isEmpty();
    write("write=/data");
    assertThat(start("-i", "lo").overridden()).isEmpty();
  }

  /** That of the package. */
  @Test
  void shouldFindNothingWrongWithTheFileThatIsDelivered() {
    String file = "../deploy/gotm.conf";

    assertThat(problems("-config", file, "-wait", "-interface", "ens1")).isEmpty();
    assertThat(settings("-config", file).retention().diskFree()).isPresent();
  }

  @Test
  void shouldDoWithoutAFileWhereThereIsNone() {
    assertThat(settings("-i", "lo").source().interfaces()).containsExactly("lo");
  }

  @Test
  void shouldNotUseTheUsualFileForReadingFilesOrOtherCommands() throws IOException {
    write("nonsense");

    assertThat(start("-r", "x.pcap").all()).containsExactly("-r", "x.pcap");
    assertThat(start("doctor").all()).containsExactly("doctor");
    assertThat(start("--help").all()).containsExactly("--help");
    assertThat(start("-D").all()).containsExactly("-D");
  }

  @Test
  void shouldUseAFileThatIsGivenForReadingFiles() throws IOException {
    Path file = write("write=/data");

    assertThat(settings("-r", "x.pcap", "-config", file.toString()).output().folder())
        .isEqualTo(Path.of("/data"));
  }

  @Test
  void shouldSayEachThingThatIsWrongWithItsLine() throws IOException {
    Path file =
        write(
            "interface=ens1",
            "wirte=/data",
            "flowtimeout=7parsecs",
            "read=x.pcap",
            "config=other",
            "workers");

    assertThat(problems())
        .containsExactly(
            file + ":2: wirte: no such option (did you mean write?)",
            file
                + ":3: flowtimeout=7parsecs: '7parsecs' is not a duration such as 300ms, 5s or 1m30s",
            file + ":4: read: is for the command line only",
            file + ":5: config: is for the command line only",
            file + ":6: Missing required parameter for option '--workers' (N)");
  }

  @Test
  void shouldNameTheLineOfAValueOutOfItsRange() throws IOException {
    Path file = write("interface=ens1", "workers=1000", "snaplen=999999999");

    assertThat(problems("-write", "x"))
        .containsExactly(
            file + ":2: workers=1000: not from 1 to 256",
            file + ":3: snaplen=999999999: not from 0 to 262144");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "filter=ip and and|ip and and",
        "class=dns:prot 53:never|prot",
        "classes=/no/such/file|classes=/no/such/file: cannot be read"
      })
  void shouldCompileWhatTheStartCompiles(String line, String problem) throws IOException {
    Path file = write(line);

    assertThat(problems())
        .singleElement()
        .asString()
        .startsWith(file + ":1: ")
        .asString()
        .contains(problem);
  }

  @Test
  void shouldSayWhatIsWrongWithTheCommandLineAlone() {
    assertThat(problems("-wirte", "x")).singleElement().asString().contains("-wirte");
    assertThat(problems("-config", "/no/such")).singleElement().asString().contains("/no/such");
    assertThat(problems("-i", "lo")).isEmpty();
  }

  @Test
  void shouldTellWhatChangedSinceTheStart() throws IOException {
    write("write=/data", "workers=2", "logformat=text", "class=dns:port 53:never");
    StartArguments start = start("-workers", "4");
    ConfigChanges changes = new ConfigChanges(start);
    assertThat(changes.get())
        .map(SettingsChange::changed)
        .hasValueSatisfying(all -> assertThat(all).isEmpty());

    write("w=/data2", "workers=3", "logformat=json");
    SettingsChange change = changes.get().orElseThrow();

    assertThat(change.changed())
        .containsOnlyKeys("class", "logformat", "write")
        .containsEntry("class", "")
        .containsEntry("write", "/data2");
    assertThat(change.settings().source().workers()).isEqualTo(4);
  }
}
