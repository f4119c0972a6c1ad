package org.gotm.core.chunk;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.gotm.core.pcapfile.Captures;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.RealPackets;
import org.gotm.core.pcapfile.Tcpdump;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file header and chunks after it are a pcap file, says tcpdump. */
class ChunkFileTest {
  @TempDir Path folder;

  @BeforeAll
  static void requireTcpdump() {
    Tcpdump.require();
  }

  private Path write(RealPackets capture, TimestampPrecision precision) throws IOException {
    ChunkTestbed testbed = new ChunkTestbed(8);
    ChunkAppender appender = testbed.appender(ChunkTestbed.options(precision, 262144));
    for (RealPackets.Packet packet : capture.packets()) {
      boolean accepted =
          testbed.append(appender, packet.bytes(), packet.wireLength(), packet.timestampNanos(), 0);
      assertThat(accepted).isTrue();
    }
    appender.finish();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    MemorySegment header = Arena.ofAuto().allocate(PcapHeaderLayout.LENGTH);
    PcapHeaderLayout.write(header, 0, precision, PcapHeaderLayout.MAX_SNAPLEN, capture.linkType());
    file.writeBytes(header.toArray(JAVA_BYTE));
    for (Chunk chunk : testbed.handedOver) {
      byte[] records = new byte[chunk.length()];
      chunk.buffer().get(records);
      file.writeBytes(records);
    }
    return Files.write(folder.resolve("written.pcap"), file.toByteArray());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "eth-mixed-emix.pcap",
        "format-nanosecond-be.pcap",
        "link-linux-sll2.pcap",
        "cut-snaplen-small.pcap",
        "eth-bigtcp-80k-packet.pcap"
      })
  void shouldBeReadByTcpdumpAsTheCaptureItself(String name) throws IOException {
    Captures.Capture original = Captures.get(name);
    Path written = write(RealPackets.of(original), TimestampPrecision.NANO);

    Tcpdump.Result ours = Tcpdump.rewrite(written);
    Tcpdump.Result theirs = Tcpdump.rewrite(original.extractTo(folder));

    assertThat(ours.exit()).as(ours.says()).isZero();
    assertThat(withoutHeader(ours.output())).isEqualTo(withoutHeader(theirs.output()));
  }

  @Test
  void shouldHaveMicrosecondsThatTcpdumpReadsWhenAsked() throws IOException {
    Captures.Capture original = Captures.get("format-nanosecond-le.pcap");
    Path written = write(RealPackets.of(original), TimestampPrecision.MICRO);

    List<String> micros = print(written, "--time-stamp-precision=micro");

    assertThat(micros).hasSize(9);
    assertThat(micros).isEqualTo(print(original.extractTo(folder), "--time-stamp-precision=micro"));
    assertThat(print(written, "--time-stamp-precision=nano"))
        .allMatch(line -> line.matches("\\d+\\.\\d{6}000 .*"));
  }

  private static List<String> print(Path file, String precision) {
    Tcpdump.Result result = Tcpdump.run("tcpdump", "-tt", "-n", precision, "-r", file.toString());
    return new String(result.output(), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> Character.isDigit(line.charAt(0)))
        .toList();
  }

  /** The snaplen in the header is each file's own. */
  private static byte[] withoutHeader(byte[] pcap) {
    return Arrays.copyOfRange(pcap, PcapHeaderLayout.LENGTH, pcap.length);
  }
}
