package org.gotm.ffm.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gotm.core.capture.Capture;
import org.gotm.core.capture.Counter;
import org.gotm.core.packet.LinkType;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.ChildJvm;
import org.gotm.ffm.Command;
import org.gotm.ffm.ReceivedPackets;
import org.gotm.ffm.SampleTraffic;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PcapOfflineSourceTest {
  private final SampleTraffic traffic = SampleTraffic.mixed(1000);

  @TempDir Path folder;
  private Path pcap;

  @BeforeEach
  void writeTraffic() {
    pcap = traffic.write(folder.resolve("traffic.pcap"));
  }

  private Path pcapng() {
    Command.require("editcap");
    Path file = folder.resolve("traffic.pcapng");
    Command.check("editcap", "-F", "pcapng", pcap.toString(), file.toString());
    return file;
  }

  @Test
  void shouldDeliverEveryPacketWhenFileIsPcapng() {
    try (PacketSource source = PcapSource.openOffline(pcapng(), "")) {
      ReceivedPackets received = new ReceivedPackets().awaitEnd(source);

      received.assertEqualTo(traffic);
      assertThat(received.timestampsNanos().getLast())
          .isEqualTo(SampleTraffic.FIRST_NANOS + 999 * SampleTraffic.STEP_NANOS);
      assertThat(source.linkType()).isEqualTo(LinkType.ETHERNET);
    }
  }

  @Test
  void shouldDeliverOnlyMatchesWhenFiltered() {
    try (PacketSource source = PcapSource.openOffline(pcapng(), "vlan and vlan 102")) {
      assertThat(new ReceivedPackets().awaitEnd(source).count()).isEqualTo(250);
    }
  }

  @Test
  void shouldRefuseAFilterThatCannotBeCompiled() {
    assertThatExceptionOfType(FilterException.class)
        .isThrownBy(() -> PcapSource.openOffline(pcap, "nonsense here"))
        .withMessageStartingWith("filter=\"nonsense here\": ");
  }

  @Test
  void shouldNameTheFileWhenItIsMissing() {
    Path missing = folder.resolve("missing.pcapng");

    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> PcapSource.openOffline(missing, ""))
        .withMessage(missing + ": No such file or directory");
  }

  @Test
  void shouldNameTheFileWhenItIsNoCapture() throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "nothing of the kind ".repeat(10));

    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> PcapSource.openOffline(text, ""))
        .withMessageStartingWith(text + ": ")
        .withMessageContaining("unknown file format");
  }

  @Test
  void shouldNameTheFileWhenItIsEmpty() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty"));

    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> PcapSource.openOffline(empty, ""))
        .withMessageStartingWith(empty + ": ");
  }

  @Test
  void shouldDeliverGoodPacketsAndThenTellTheDamageWhenFileIsCut() throws IOException {
    byte[] whole = Files.readAllBytes(pcapng());
    Path cut = Files.write(folder.resolve("cut.pcapng"), Arrays.copyOf(whole, whole.length - 900));
    ReceivedPackets received = new ReceivedPackets();
    try (PacketSource source = PcapSource.openOffline(cut, "")) {
      assertThatExceptionOfType(PacketSourceException.class)
          .isThrownBy(() -> received.awaitEnd(source))
          .withMessageStartingWith(cut + ": damaged after " + received.count() + " packets: ")
          .withMessageContaining("truncated");
      assertThatExceptionOfType(PacketSourceException.class)
          .isThrownBy(() -> source.poll(received));
    }
    received.assertEqualTo(new SampleTraffic(traffic.frames().subList(0, received.count())));
    assertThat(received.count()).isEqualTo(tcpdumpCount(cut)).isGreaterThan(990);
  }

  private static int tcpdumpCount(Path file) {
    Command.require("tcpdump");
    List<String> lines =
        Command.run(List.of("tcpdump", "-n", "-t", "-q", "-r", file.toString()))
            .output()
            .lines()
            .filter(line -> line.contains(" > "))
            .toList();
    return lines.size();
  }

  @Test
  void shouldBalanceWhenRead() {
    try (Capture capture = Capture.from(PcapSource.openOffline(pcap, "")).onPacket(packet -> {})) {
      capture.run();

      assertThat(capture.ledger().get(Counter.RECEIVED)).isEqualTo(1000);
      assertThat(capture.ledger().isBalanced()).as(capture.ledger().toString()).isTrue();
    }
  }

  @Test
  void shouldBreakOffWhenWokenInALongRead() {
    try (PacketSource source = PcapSource.openOffline(pcap, "")) {
      ReceivedPackets received = new ReceivedPackets();
      int packets =
          source.poll(
              batch -> {
                received.onBatch(batch);
                source.wakeup();
              });

      assertThat(packets).isEqualTo(1);
      assertThat(received.awaitEnd(source).count()).isEqualTo(1000);
    }
  }

  @Test
  void shouldReadWhenFileIsAPipe() {
    String command = "cat %s | \"$@\"".formatted(pcapng());
    List<String> shell = new ArrayList<>(List.of("sh", "-c", command, "sh"));
    shell.addAll(ChildJvm.command(CountProgram.class, List.of(), "/proc/self/fd/0"));

    assertThat(Command.check(shell)).isEqualTo("packets=1000\n");
  }
}
