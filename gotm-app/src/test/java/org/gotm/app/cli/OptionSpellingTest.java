package org.gotm.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.cli.CommandRig.errorsOf;
import static org.gotm.app.cli.CommandRig.settings;
import static org.gotm.app.cli.CommandRig.settingsOf;

import java.time.Duration;
import java.util.Arrays;
import org.gotm.app.daemon.Settings;
import org.gotm.store.api.Compression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Spellings that Go's flag package takes, and those that lists of processors have. */
class OptionSpellingTest {
  @Test
  void shouldTakeTheLastWhenAnOptionIsGivenTwice() {
    assertThat(
            settingsOf(
                "-i a -packetcutoff 1 -bytecutoff 7 -cpus 0 -w x -compress=zstd -utc -i b,c"
                    + " --packetcutoff 2 -cpus 1,2 -write y -compress -utc=false"))
        .isEqualTo(
            settingsOf("-i b,c -packetcutoff 2 -bytecutoff 7 -cpus 1,2 -w y -compress -utc=false"));
  }

  @Test
  void shouldSayNothingOfItWhenAnOptionIsGivenTwice() {
    assertThat(errorsOf(() -> settingsOf("-maxflows 1 -maxflows 2"))).isEmpty();
  }

  @Test
  void shouldReadAllFilesWhenTheyAreGivenOneByOne() {
    assertThat(settingsOf("-r a b -maxflows 1 -r c").source().files())
        .containsExactly("a", "b", "c");
  }

  @ParameterizedTest
  @CsvSource({
    "0-1, 0 1",
    "'0-1,3', 0 1 3",
    "'3,1-2,0', 3 1 2 0",
    "5-5, 5",
    "'8191, 7', 8191 7",
    "'1,1', 1 1"
  })
  void shouldTakeProcessorsInTheirOrderWhenRangesAreAmongThem(String cpus, String expected) {
    assertThat(settings("-cpus", cpus).source().cpus())
        .isEqualTo(Arrays.stream(expected.split(" ")).map(Integer::valueOf).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "t", "T", "true", "TRUE", "True"})
  void shouldBeTrueWhenGoTakesItForTrue(String text) {
    Settings settings = settings("-utc=" + text, "-keepcontrol=" + text, "-compress=" + text);

    assertThat(settings.output().utc()).isTrue();
    assertThat(settings.flows().cutoff().keepControl()).isTrue();
    assertThat(settings.output().compression()).isEqualTo(new Compression.Gzip(6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "f", "F", "false", "FALSE", "False"})
  void shouldBeFalseWhenGoTakesItForFalse(String text) {
    Settings settings = settings("-utc=" + text, "-keepcontrol=" + text, "-compress=" + text);

    assertThat(settings.output().utc()).isFalse();
    assertThat(settings.flows().cutoff().keepControl()).isFalse();
    assertThat(settings.output().compression()).isEqualTo(new Compression.None());
  }

  @Test
  void shouldTakeACutoffWhenItIsHexadecimal() {
    Settings settings = settingsOf("-bytecutoff 0x2000 -packetcutoff 0x64");

    assertThat(settings.flows().cutoff().bytes()).isEqualTo(8192);
    assertThat(settings.flows().cutoff().packets()).isEqualTo(100);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0s, 0",
    "1d, 86400000000000",
    "2562047h47m16.854775807s, 9223372036854775807"
  })
  void shouldTakeARotationIntervalFromNeverToTheLongest(String text, long nanos) {
    Duration interval = settings("-rotationinterval", text).output().rotationInterval();

    assertThat(interval.toNanos()).isEqualTo(nanos);
  }

  @Test
  void shouldTakeTheLargestRotationSize() {
    assertThat(settings("-rotationsize", "9223372036854775807").output().rotationBytes())
        .hasValue(Long.MAX_VALUE);
  }
}
