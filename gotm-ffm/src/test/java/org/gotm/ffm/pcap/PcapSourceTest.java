package org.gotm.ffm.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.capture.Ledger;
import org.gotm.core.packet.LinkType;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.SourceStats;
import org.gotm.ffm.Await;
import org.gotm.ffm.ChildCapture;
import org.gotm.ffm.ChildJvm;
import org.gotm.ffm.Command;
import org.gotm.ffm.FilterTraffic;
import org.gotm.ffm.FrameSender;
import org.gotm.ffm.ReceivedPackets;
import org.gotm.ffm.RunningCapture;
import org.gotm.ffm.SampleTraffic;
import org.gotm.ffm.VethPair;
import org.gotm.ffm.linux.CaptureRights;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("live")
class PcapSourceTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void writeTraffic() {
    VethPair.requireLive();
    file = SampleTraffic.mixed(1000).write(folder.resolve("traffic.pcap"));
  }

  @Test
  void shouldDeliverOnlyMatchesWhenFiltered() {
    PcapOptions options = PcapOptions.defaults().withFilter("vlan and vlan 102");
    try (VethPair pair = VethPair.create();
        PacketSource source = PcapSource.open(pair.name(), options)) {
      pair.send(file);
      Await.until("the matches", () -> stats(source).received == 250);
      source.stop();

      List<byte[]> frames = new ReceivedPackets().awaitEnd(source).frames();
      assertThat(frames.stream().filter(PcapSourceTest::isDoubleTagged).count()).isEqualTo(250);
      assertThat(frames.size()).isEqualTo(250);
      assertThat(stats(source).received).isEqualTo(250);
    }
  }

  private static boolean isDoubleTagged(byte[] frame) {
    return (frame[12] & 0xff) == 0x88 && (frame[16] & 0xff) == 0x81;
  }

  @Test
  void shouldCutPacketsWhenSnaplenIsSmall() {
    PcapOptions options = PcapOptions.defaults().withSnaplen(50);
    try (VethPair pair = VethPair.create();
        PacketSource source = PcapSource.open(pair.name(), options)) {
      pair.send(SampleTraffic.ofLength(10, 200).write(folder.resolve("200.pcap")));
      ReceivedPackets received = new ReceivedPackets().await(source, 10);

      assertThat(received.frames()).allMatch(frame -> frame.length == 50);
      assertThat(received.wireLengths()).containsOnly(200);
    }
  }

  @Test
  void shouldGoOnWithTheNextPacketWhenTheHandlerThrew() {
    SampleTraffic traffic = SampleTraffic.mixed(300);
    try (VethPair pair = VethPair.create();
        PacketSource source = PcapSource.open(pair.name(), PcapOptions.defaults())) {
      pair.send(traffic.write(folder.resolve("300.pcap")));
      Await.until("all packets", () -> stats(source).received == 300);
      BatchHandler failing =
          batch -> {
            throw new UnsupportedOperationException("the first packet");
          };

      assertThatExceptionOfType(UnsupportedOperationException.class)
          .isThrownBy(() -> Await.until("a packet", () -> source.poll(failing) > 0));
      new ReceivedPackets()
          .await(source, 299)
          .assertEqualTo(new SampleTraffic(traffic.frames().subList(1, 300)));
    }
  }

  @Test
  void shouldTellLibpcapsWordsWhenFilterCannotBeCompiled() {
    try (VethPair pair = VethPair.create()) {
      PcapOptions options = PcapOptions.defaults().withFilter("nonsense here");

      assertThatExceptionOfType(FilterException.class)
          .isThrownBy(() -> PcapSource.open(pair.name(), options))
          .withMessageStartingWith("filter=\"nonsense here\": ")
          .withMessageContaining("syntax error");
    }
  }

  @Test
  void shouldAccountForDroppedPacketsWhenRingIsFull() {
    PcapOptions options = PcapOptions.defaults().withBufferLength(1 << 20);
    Path large = SampleTraffic.ofLength(4000, 1500).write(folder.resolve("large.pcap"));
    try (VethPair pair = VethPair.create();
        PacketSource source = PcapSource.open(pair.name(), options)) {
      pair.send(large);
      Await.until("all packets", () -> stats(source).received == 4000);
      source.stop();
      int delivered = new ReceivedPackets().awaitEnd(source).count();
      SourceStats stats = stats(source);

      assertThat(stats.received).isEqualTo(4000);
      assertThat(stats.dropped).isPositive();
      assertThat(stats.discarded).isZero();
      assertThat(delivered).isEqualTo(stats.received - stats.dropped);
    }
  }

  @Test
  void shouldBalanceWhenOpenedAndStoppedUnderTraffic() throws Exception {
    try (VethPair pair = VethPair.create();
        AutoCloseable sending = pair.sendForEver(file, 20_000)) {
      assertThat(sending).isNotNull();
      for (int i = 0; i < 10; i++) {
        PcapOptions options = PcapOptions.defaults().withFilter("vlan");
        try (RunningCapture running =
            new RunningCapture(PcapSource.open(pair.name(), options), 100)) {
          Ledger ledger = running.awaitPackets().stopAndJoin().ledger();
          assertThat(ledger.isBalanced()).as(ledger.toString()).isTrue();
        }
      }
    }
  }

  @Test
  void shouldSayWhatToDoWhenNotPermitted() {
    Command.require("setpriv");
    try (VethPair pair = VethPair.create()) {
      List<String> command = new ArrayList<>(List.of("setpriv", "--bounding-set=-net_raw"));
      command.addAll(ChildJvm.command(CaptureProgram.class, List.of(), pair.name(), "", "0"));

      assertThat(Command.run(command).output())
          .contains(
              "PacketSourceException: interface=" + pair.name() + ": no permission to capture")
          .contains(CaptureRights.REMEDY)
          .doesNotContain("setcap");
    }
  }

  @Test
  void shouldDeliverEachPacketOnceWhenInterfaceIsLoopback() {
    assertThat(loopback("lo"))
        .startsWith("linktype=" + LinkType.ETHERNET + " received=500 dropped=0 discarded=0 ")
        .contains("delivered=500", "balanced=yes");
  }

  @Test
  void shouldBalanceWhenLibpcapDiscardsLoopbacksSecondCopies() {
    assertThat(loopback("any"))
        .startsWith("linktype=" + LinkType.LINUX_SLL2 + " received=1000 dropped=0 discarded=500 ")
        .contains("delivered=500", "balanced=yes");
  }

  private static String loopback(String device) {
    try (VethPair pair = VethPair.inNamespace()) {
      Command.check(pair.inside("ip", "link", "set", "lo", "up"));
      List<String> command = ChildJvm.command(LoopbackProgram.class, List.of(), device, "500");
      return Command.check(pair.inside(command.toArray(String[]::new)));
    }
  }

  @Test
  void shouldCaptureFromAllInterfacesWhenDeviceIsAny() {
    try (VethPair pair = VethPair.inNamespace()) {
      List<String> command = ChildJvm.command(CaptureProgram.class, List.of(), "any", "udp", "500");
      try (ChildCapture child = new ChildCapture(pair.inside(command.toArray(String[]::new)))) {
        pair.send(SampleTraffic.ofLength(250, 100).write(folder.resolve("udp.pcap")));

        assertThat(child.awaitEnd())
            .contains("linktype=" + LinkType.LINUX_SLL2)
            .contains("delivered=500", "balanced=yes");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ip or ip6 or (vlan and (ip or ip6)), 13",
    "vlan or not vlan, 18",
    "'', 18",
    "tcp port 80, 7"
  })
  void shouldLetThroughWhatMatchesWhenDeviceIsAny(String expression, int packets) {
    PcapOptions options = PcapOptions.defaults().withFilter(expression);
    try (VethPair pair = VethPair.create();
        PacketSource source = PcapSource.open("any", options);
        FrameSender sender = new FrameSender(pair.peer())) {
      sender.send(FilterTraffic.frames());
      source.stop();

      assertThat(new ReceivedPackets().awaitEnd(source).frames())
          .filteredOn(packet -> cameInAt(pair, packet))
          .hasSize(packets);
    }
  }

  /** True if a LINUX_SLL2 header says that the pair's end received what was for another host. */
  private static boolean cameInAt(VethPair pair, byte[] packet) {
    ByteBuffer header = ByteBuffer.wrap(packet);
    return header.getInt(4) == pair.index() && header.get(10) == 3;
  }

  @Test
  void shouldCloseOnceWhenClosedTwice() {
    try (VethPair pair = VethPair.create()) {
      PacketSource first = PcapSource.open(pair.name(), PcapOptions.defaults());
      first.close();
      try (PacketSource second = PcapSource.open(pair.name(), PcapOptions.defaults())) {
        first.close();
        pair.send(file);

        assertThat(new ReceivedPackets().await(second, 1000).count()).isEqualTo(1000);
      }
    }
  }

  @Test
  void shouldHaveNothingToWarnOfWhenAllIsWell() {
    try (VethPair pair = VethPair.create();
        PcapSource source = PcapSource.open(pair.name(), PcapOptions.defaults())) {
      assertThat(source.warning()).isNull();
      assertThat(source.error()).isNull();
    }
  }

  private static SourceStats stats(PacketSource source) {
    SourceStats stats = new SourceStats();
    source.readStats(stats);
    return stats;
  }
}
