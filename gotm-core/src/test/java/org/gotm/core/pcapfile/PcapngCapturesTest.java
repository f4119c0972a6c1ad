package org.gotm.core.pcapfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gotm.core.pcapfile.Captures.Capture;
import org.gotm.core.pcapfile.RealPackets.Packet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every pcapng file of the collection, read by tshark and by us. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PcapngCapturesTest {
  private static final String REFUSED = "bad-section-option.pcapng";
  private static final Pattern FRAME = Pattern.compile("\"frame_raw\": \\[\\s*\"([0-9a-f]*)\"");

  /** What Wireshark calls Ethernet and BSD loopback. */
  private static final List<String> ENCAPSULATIONS = List.of("15", "1");

  @TempDir Path folder;

  @BeforeAll
  static void requireTshark() {
    Tcpdump.require("tshark");
  }

  static List<Capture> files() {
    return Captures.all().stream()
        .filter(capture -> capture.fileType().equals("pcapng"))
        .filter(capture -> !capture.name().endsWith(".zst"))
        .toList();
  }

  @Test
  void shouldHaveCapturesOfManyKinds() {
    assertThat(files()).hasSizeGreaterThanOrEqualTo(12);
  }

  @ParameterizedTest
  @MethodSource("files")
  void shouldReadWhatTsharkReads(Capture capture) {
    Path file = capture.extractTo(folder);
    Map<String, List<Packet>> expected = tsharkPackets(file);
    boolean isSound = Tcpdump.run("capinfos", file.toString()).exit() == 0;
    for (Opening how : Opening.values()) {
      List<Run> runs = Run.readAll(how.openPcapng(capture.bytes(), folder));

      for (int linkType = 0; linkType < ENCAPSULATIONS.size(); linkType++) {
        List<Packet> packets = Run.packets(runs, linkType);
        assertThat(packets)
            .usingRecursiveFieldByFieldElementComparator()
            .containsExactlyElementsOf(
                expected.getOrDefault(ENCAPSULATIONS.get(linkType), List.of()));
      }
      assertThat(runs).extracting(Run::linkType).isSubsetOf(0, 1);
      assertThat(runs.getLast().damage() == null).as("sound").isEqualTo(isSound);
    }
  }

  /** By encapsulation; blocks that tshark shows but that are no packets have none. */
  private static Map<String, List<Packet>> tsharkPackets(Path file) {
    Map<String, List<Packet>> packets = new HashMap<>();
    Matcher frames = FRAME.matcher(tshark(file, "-T", "jsonraw"));
    String[] fields = {
      "-T", "fields", "-e", "frame.encap_type", "-e", "frame.time_epoch", "-e", "frame.len"
    };
    for (String line : tshark(file, fields).lines().toList()) {
      assertThat(frames.find()).isTrue();
      String[] values = line.split("\t", -1);
      packets
          .computeIfAbsent(values[0], encapsulation -> new ArrayList<>())
          .add(
              new Packet(
                  HexFormat.of().parseHex(frames.group(1)),
                  Integer.parseInt(values[2]),
                  nanos(values[1])));
    }
    return packets;
  }

  /** Nothing for a packet without a time. */
  private static long nanos(String seconds) {
    return seconds.isEmpty() ? 0 : new BigDecimal(seconds).movePointRight(9).longValueExact();
  }

  private static String tshark(Path file, String... how) {
    List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", file.toString()));
    command.addAll(List.of(how));
    Tcpdump.Result result = Tcpdump.run(command.toArray(String[]::new));
    return new String(result.output(), StandardCharsets.UTF_8);
  }

  @Test
  void shouldRefuseWhatTsharkRefuses() {
    Path file = Captures.get(REFUSED).extractTo(folder);
    assertThat(Tcpdump.run("capinfos", file.toString()).exit()).isNotZero();
    for (Opening how : Opening.values()) {
      assertThatThrownBy(() -> how.openPcapng(Captures.read(REFUSED), folder))
          .isInstanceOf(DamagedCaptureException.class);
    }
  }
}
