package org.gotm.ffm.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.List;
import org.gotm.core.pcapfile.Captures;
import org.gotm.core.pcapfile.Captures.Capture;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.ReceivedPackets;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every capture file there is, through libpcap; judged by what tcpdump makes of it. */
class PcapCapturesTest {
  @TempDir Path folder;

  static List<Capture> files() {
    return Captures.all();
  }

  @ParameterizedTest
  @MethodSource("files")
  void shouldReadWhatTcpdumpReads(Capture capture) {
    Path file = capture.extractTo(folder);
    ReceivedPackets received = new ReceivedPackets();
    if (capture.isSound()) {
      read(file, received);
    } else {
      assertThatExceptionOfType(PacketSourceException.class)
          .isThrownBy(() -> read(file, received))
          .withMessageStartingWith(file + ": ")
          .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }
    long bytes = received.frames().stream().mapToLong(frame -> frame.length).sum();
    assertThat(received.count()).isEqualTo(Math.max(capture.packets(), 0));
    assertThat(bytes).isEqualTo(Math.max(capture.capturedBytes(), 0));
  }

  private static void read(Path file, ReceivedPackets received) {
    try (PacketSource source = PcapSource.openOffline(file, "")) {
      received.awaitEnd(source);
    }
  }
}
