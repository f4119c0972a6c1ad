package org.gotm.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.EndReason;
import org.gotm.core.flow.Flow;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.LinkType;
import org.gotm.core.packet.PacketBuilder;
import org.gotm.core.pcapfile.PcapFileSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files whose time jumps, read one after another by one cutter; the numbers are by hand. */
class PacketTimeTest {
  private static final int EARLY = 1_700_000_000;
  private static final int LATE = EARLY + 3600;
  private static final FlowCutter.Options FIVE_SECONDS =
      new FlowCutter.Options(
          10, 5_000_000_000L, Cutoff.of(100, 0), Cutoff.UNLIMITED, FlowKeyOptions.defaults());
  private static final byte[] PACKET =
      PacketBuilder.packet().ipv4("10.0.0.1", "10.0.0.2").udp(1, 53).payload(8).build();

  @TempDir Path folder;

  /** Reads files in turn, and answers the account of all. */
  private static Ledger read(List<Path> files, FlowListener listener) {
    Ledger ledger = new Ledger();
    try (Arena arena = Arena.ofConfined()) {
      FlowCutter cutter = new FlowCutter(FIVE_SECONDS, listener, arena);
      for (Path file : files) {
        try (PcapFileSource source = PcapFileSource.open(file)) {
          CaptureWorker worker =
              new CaptureWorker(
                  source, cutter, new RecordingSink(ledger), ledger, System::nanoTime);
          worker.run();
          assertThat(worker.failure()).isNull();
        }
      }
      cutter.end();
    }
    return ledger;
  }

  /** Packets of one flow, ten a second. */
  private Path file(String name, int second, int packets) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(
        words(0xa1b2c3d4, ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0x40002 : 0x20004));
    bytes.writeBytes(words(0, 0, 262144, LinkType.RAW));
    for (int i = 0; i < packets; i++) {
      bytes.writeBytes(words(second + i / 10, i % 10 * 100_000, PACKET.length, PACKET.length));
      bytes.writeBytes(PACKET);
    }
    try {
      return Files.write(folder.resolve(name), bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] words(int... words) {
    ByteBuffer bytes = ByteBuffer.allocate(words.length * 4).order(ByteOrder.nativeOrder());
    bytes.asIntBuffer().put(words);
    return bytes.array();
  }

  @ParameterizedTest
  @CsvSource({"early, late", "late, early"})
  void shouldKeepTheSamePacketsInWhateverOrderFilesAreRead(String first, String second) {
    Map<String, Path> files =
        Map.of("early", file("early", EARLY, 50), "late", file("late", LATE, 120));

    Ledger ledger = read(List.of(files.get(first), files.get(second)), FlowListener.NONE);

    assertThat(ledger.get(Counter.DELIVERED)).isEqualTo(170);
    assertThat(ledger.get(Counter.KEPT)).isEqualTo(150);
    assertThat(ledger.get(Counter.CUT)).isEqualTo(20);
    assertThat(ledger.get(Counter.FLOWS)).isEqualTo(2);
    assertThat(ledger.isBalanced()).as(ledger.toString()).isTrue();
  }

  @Test
  void shouldGoOnWithAFlowFromOneFileToTheNext() {
    Ledger ledger =
        read(List.of(file("a", EARLY, 80), file("b", EARLY + 8, 80)), FlowListener.NONE);

    assertThat(ledger.get(Counter.KEPT)).isEqualTo(100);
    assertThat(ledger.get(Counter.FLOWS)).isEqualTo(1);
  }

  /** Six flows of a packet: at 0 s, a year ahead, and at 1, 70, 140 and 210 s. */
  @Test
  void shouldEndTheFlowFromTheFutureWithTheOthers() throws IOException {
    List<String> ended = new ArrayList<>();
    FlowListener listener =
        new FlowListener() {
          @Override
          public void onEnd(Flow flow, EndReason reason) {
            long seconds = flow.lastNanos() / 1_000_000_000 - EARLY;
            ended.add("%d %s %s".formatted(seconds, flow.packets(), reason));
          }
        };
    Path file = folder.resolve("future.pcap");
    try (InputStream in = PacketTimeTest.class.getResourceAsStream("/cases/future.pcap")) {
      Files.copy(in, file);
    }

    Ledger ledger = read(List.of(file), listener);

    assertThat(ended)
        .containsExactlyInAnyOrder(
            "0 1 IDLE",
            "31536000 1 IDLE",
            "1 1 IDLE",
            "70 1 IDLE",
            "140 1 IDLE",
            "210 1 CAPTURE_END");
    assertThat(ledger.get(Counter.KEPT)).isEqualTo(6);
    assertThat(ledger.get(Counter.FLOWS)).isEqualTo(6);
    assertThat(ledger.get(Counter.FLOWS_EXPIRED)).isEqualTo(5);
    assertThat(ledger.get(Counter.FLOWS_EVICTED)).isZero();
  }
}
