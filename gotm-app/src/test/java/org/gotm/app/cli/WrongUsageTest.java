package org.gotm.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.cli.CommandRig.refusal;
import static org.gotm.app.cli.CommandRig.settings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that make no sense are refused with one line that says {@code name=value}. */
class WrongUsageTest {
  @ParameterizedTest
  @CsvSource({
    "packetcutoff, -1, 0, 9223372036854775807",
    "maxflows, 0, 1, 536870912",
    "maxflows, 536870913, 1, 536870912",
    "maxflows, 9999999999, 1, 536870912",
    "largeflowsize, 0, 1, 8796093022207",
    "largeflowsize, 8796093022208, 1, 8796093022207",
    "snaplen, 262145, 0, 262144",
    "buffersize, 65535, 65536, 1099511627776",
    "buffersize, 1099511627777, 65536, 1099511627776",
    "blocksize, 65535, 65536, 67108864",
    "blocksize, 67108865, 65536, 67108864",
    "rotationsize, 65535, 65536, 9223372036854775807",
    "workers, 0, 1, 256",
    "workers, 257, 1, 256"
  })
  void shouldNameTheRangeWhenOutOfIt(String name, String value, String least, String most) {
    assertThat(refusal("-" + name + "=" + value))
        .isEqualTo("%s=%s: not from %s to %s".formatted(name, value, least, most));
  }

  @ParameterizedTest
  @CsvSource({
    "maxflows, 536870912",
    "maxflows, 1",
    "largeflowsize, 8796093022207",
    "snaplen, 262144",
    "buffersize, 65536",
    "buffersize, 1099511627776",
    "blocksize, 67108864",
    "rotationsize, 65536",
    "workers, 256"
  })
  void shouldTakeAValueWhenAtTheEdgeOfItsRange(String name, String value) {
    assertThat(settings("-" + name + "=" + value)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"timeinterval", "flowtimeout", "rotationinterval", "flushinterval"})
  void shouldRefuseADurationWhenNegative(String name) {
    assertThat(refusal("-" + name + "=-5s"))
        .isEqualTo(name + "=-5s: '-5s' is not a duration such as 300ms, 5s or 1m30s");
    assertThat(refusal("-" + name, "-5s"))
        .isEqualTo(name + "=-5s: '-5s' is not a duration such as 300ms, 5s or 1m30s");
  }

  @ParameterizedTest
  @ValueSource(strings = {"timeinterval", "flowtimeout", "flushinterval"})
  void shouldRefuseADurationWhenZero(String name) {
    assertThat(refusal("-" + name + "=0s")).isEqualTo(name + "=0: must be above 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"packetcutoff", "maxflows", "largeflowsize", "workers", "cpus"})
  void shouldRefuseANumberWhenItIsNone(String name) {
    assertThat(refusal("-" + name + "=x")).isEqualTo(name + "=x: 'x' is not a whole number");
    assertThat(refusal("-" + name + "=")).isEqualTo(name + "=: '' is not a whole number");
    assertThat(refusal("-" + name + "=99999999999999999999"))
        .isEqualTo(name + "=99999999999999999999: '99999999999999999999' is too large a number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytecutoff", "snaplen", "buffersize", "blocksize", "rotationsize"})
  void shouldRefuseASizeWhenItIsNone(String name) {
    assertThat(refusal("-" + name, "-1"))
        .isEqualTo(name + "=-1: '-1' is not a size such as 65536, 64KiB or 1GiB");
    assertThat(refusal("-" + name, "99999999999999999999"))
        .isEqualTo(name + "=99999999999999999999: '99999999999999999999' is larger than 8 EiB");
  }

  @ParameterizedTest
  @CsvSource({
    "flowkey, 'bidirectional, directional, vlan, mpls, vni'",
    "output, 'merged, per-worker'",
    "capture, 'auto, afpacket, snf, pcap'",
    "timestampprecision, 'micro, nano'"
  })
  void shouldListTheWordsWhenItIsNoneOfThem(String name, String words) {
    assertThat(refusal("-" + name + "=foo")).isEqualTo(name + "=foo: not one of " + words);
    assertThat(refusal("-" + name + "=NANO")).isEqualTo(name + "=NANO: not one of " + words);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "\"-flowkey=vlan,foo\", \"flowkey=foo: not one of bidirectional, directional, vlan, mpls,"
            + " vni\"",
        "\"-flowkey=directional,bidirectional\", \"flowkey=directional,bidirectional: a flow is"
            + " either of the two\"",
        "-flowkey=, \"flowkey=: not one of bidirectional, directional, vlan, mpls, vni\"",
        "\"-tunnels=gre,foo\", \"tunnels=foo: not one of on, off, ipip, gre, erspan, vxlan, geneve,"
            + " gtp, teredo, capwap, pseudowire, cmd, pbb\"",
        "\"-tunnels=on,gre\", \"tunnels=on,gre: on and off stand alone\"",
        "-tunnelports=4444, tunnelports=4444: '4444' is not NAME=PORT",
        "-tunnelports=gre=4444, \"tunnelports=gre=4444: 'gre' is not one of vxlan, geneve, gtp,"
            + " teredo, capwap\"",
        "-tunnelports=gtp=x, tunnelports=gtp=x: 'x' is not a whole number",
        "-tunnelports=gtp=0, tunnelports=gtp=0: port 0 is not from 1 to 65535",
        "-tunnelports=gtp=65536, tunnelports=gtp=65536: port 65536 is not from 1 to 65535"
      })
  void shouldSayWhichWordOfAFlowsKeyIsWrong(String argument, String message) {
    assertThat(refusal(argument)).isEqualTo(message);
  }

  @Test
  void shouldRefuseAPortWhenItsTunnelIsOff() {
    assertThat(refusal("-tunnels=gre", "-tunnelports=gtp=7"))
        .isEqualTo("tunnelports=gtp=7: gtp is not among the tunnels");
  }

  @ParameterizedTest
  @ValueSource(strings = {"keepcontrol", "utc"})
  void shouldRefuseAFlagWhenNeitherTrueNorFalse(String name) {
    assertThat(refusal("-" + name + "=maybe")).isEqualTo(name + "=maybe: 'maybe' is not a boolean");
  }

  @ParameterizedTest
  @CsvSource({
    "lz4, '''lz4'' is not gzip, zstd or off, with a level as in zstd:3'",
    "zstd:99, the level must be 1 to 19"
  })
  void shouldRefuseCompressionWhenThereIsNoSuch(String value, String message) {
    assertThat(refusal("-compress=" + value)).isEqualTo("compress=" + value + ": " + message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"foo", "foo:", "foo:x", "foo:-1", ":65536", "foo:99999", "foo:999999999999"})
  void shouldRefuseAnAddressWhenThePortIsNone(String address) {
    assertThat(refusal("-metrics-address", address))
        .isEqualTo(
            "metrics-address=" + address + ": not host:port, :port or off, with port up to 65535");
  }

  @ParameterizedTest
  @CsvSource({"lo/x, lo/x", "'a,a', a", "'a,,b', ''", "'', ''", "'../lo', ../lo"})
  void shouldRefuseAnInterfaceWhenItCannotBeOne(String interfaces, String wrong) {
    assertThat(refusal("-interface=" + interfaces))
        .isEqualTo("interface=%s: '%s' is not a name, or there twice".formatted(interfaces, wrong));
  }

  @Test
  void shouldRefuseANameWhenItIsEmptyAsThatOfAnUnsetVariable() {
    assertThat(refusal("-write", "")).isEqualTo("write=: a name is missing");
    assertThat(refusal("-r", "")).isEqualTo("read=: a name is missing");
  }

  @Test
  void shouldRefuseWhenBothFilesAndInterfacesAreGiven() {
    assertThat(refusal("-r", "a.pcap", "-interface", "en0"))
        .isEqualTo("interface=en0 and read=a.pcap: give one of them");
    assertThat(refusal("-interface", "eth0", "--read=a.pcap"))
        .isEqualTo("interface=eth0 and read=a.pcap: give one of them");
  }

  @Test
  void shouldNameTheOptionWhenThereIsNoSuch() {
    assertThat(refusal("-nosuch=1")).contains("'-nosuch=1'");
    assertThat(refusal("stray")).contains("'stray'");
    assertThat(refusal("-interface")).contains("'--interface'");
  }

  @Test
  void shouldSayThatTheFileIsMissingWhenArgumentsAreToComeFromIt() {
    assertThat(refusal("@/no/such/file"))
        .isEqualTo("@/no/such/file: there is no such file of arguments to read");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "\"0,8192\", cpus=8192: not from 0 to 8191",
        "-1, cpus=-1: not from 0 to 8191",
        "0-8192, cpus=8192: not from 0 to 8191",
        "0-99999999999, cpus=99999999999: not from 0 to 8191",
        "3-1, cpus=3-1: the range ends before it begins",
        "\"0,1-\", \"cpus=0,1-: '1-' is not a whole number\"",
        "\"0,,1\", \"cpus=0,,1: '' is not a whole number\"",
        "0-1-2, cpus=0-1-2: '0-1-2' is not a whole number"
      })
  void shouldRefuseACpuWhenThereCanBeNoSuch(String cpus, String message) {
    assertThat(refusal("-cpus=" + cpus)).isEqualTo(message);
  }

  @ParameterizedTest
  @CsvSource({
    "compress, zstd, compress zstd: a value goes behind an equals sign: -compress=zstd",
    "compress, off, compress off: a value goes behind an equals sign: -compress=off",
    "compress, lz4, compress lz4: a value goes behind an equals sign: -compress=CODEC[:LEVEL]",
    "keepcontrol, false, keepcontrol false: a value goes behind an equals sign: -keepcontrol=false",
    "keepcontrol, no, keepcontrol no: a value goes behind an equals sign: -keepcontrol=true|false",
    "utc, yes, utc yes: a value goes behind an equals sign: -utc=true|false"
  })
  void shouldSayWhatToWriteWhenAFlagsValueComesAfterABlank(
      String name, String value, String message) {
    assertThat(refusal("-" + name, value)).isEqualTo(message);
    assertThat(refusal("--" + name, value, "-interface", "en0")).isEqualTo(message);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "-bytcutoff=5, Unknown option: '-bytcutoff=5' (did you mean -bytecutoff?)",
        "--bytcutoff=5, Unknown option: '--bytcutoff=5' (did you mean --bytecutoff?)",
        "-interfaces, Unknown option: '-interfaces' (did you mean -interface?)",
        "dctor, Unmatched argument at index 0: 'dctor' (did you mean doctor?)",
        "-nosuch, Unknown option: '-nosuch'",
        "stray, Unmatched argument at index 0: 'stray'"
      })
  void shouldAskWhetherAnotherWasMeantWhenOneIsSpelledAlmostSo(String argument, String message) {
    assertThat(refusal(argument)).isEqualTo(message);
  }
}
