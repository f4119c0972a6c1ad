package org.gotm.ffm.afpacket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.PcapRecordLayout;
import org.gotm.core.pcapfile.Tcpdump;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.core.source.PacketSource;
import org.gotm.ffm.FilterTraffic;
import org.gotm.ffm.FrameSender;
import org.gotm.ffm.ReceivedPackets;
import org.gotm.ffm.VethPair;
import org.gotm.ffm.linux.Libc;
import org.gotm.ffm.pcap.FilterCompiler;
import org.gotm.ffm.pcap.FilterException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All interfaces at once, and loopback, whose packets come by twice. */
@Tag("live")
@Timeout(120)
class AfPacketAnyTest {
  private static final int OTHER_HOST = 3;

  @TempDir private Path folder;
  private VethPair pair;
  private int interfaceIndex;

  @BeforeEach
  void makePair() {
    Tcpdump.require();
    pair = VethPair.create();
    try (Arena arena = Arena.ofConfined()) {
      interfaceIndex = new Libc(arena).interfaceIndex(pair.name());
    }
  }

  @AfterEach
  void removePair() {
    if (pair != null) {
      pair.close();
    }
  }

  private static PacketSource open(String interfaceName, String expression) {
    return AfPacketSource.open(
        AfPacketOptions.of(interfaceName)
            .withFilter(FilterCompiler.compile(expression, interfaceName)));
  }

  private static List<byte[]> drain(PacketSource source) {
    source.stop();
    return new ReceivedPackets().awaitEnd(source).frames();
  }

  /** What came in at the pair; other traffic of this machine does not count. */
  private Predicate<byte[]> cameInAtThePair() {
    return packet -> {
      ByteBuffer header = ByteBuffer.wrap(packet);
      return header.getInt(4) == interfaceIndex && header.get(10) == OTHER_HOST;
    };
  }

  private List<byte[]> sendThroughAny(String expression, List<byte[]> frames) {
    try (PacketSource source = open("any", expression);
        FrameSender sender = new FrameSender(pair.peer())) {
      assertThat(source.linkType()).isEqualTo(LinkType.LINUX_SLL2);
      sender.send(frames);
      return drain(source).stream().filter(cameInAtThePair()).toList();
    }
  }

  @Test
  void shouldWriteHeadersThatTsharkReadsWhenCapturingOnAny() throws IOException {
    Tcpdump.require("tshark");
    Path file = write(sendThroughAny("", FilterTraffic.frames()));

    assertThat(fields(file, "sll.etype", "ieee8021ad.id", "vlan.id", "ip.dst", "ipv6.dst"))
        .containsExactly(
            "0x0800,,,10.0.0.2,",
            "0x0800,,,10.0.0.2,",
            "0x86dd,,,,2001:db8::2",
            "0x0806,,,,",
            "0x8100,,100,10.0.0.2,",
            "0x8100,,200,10.0.0.2,",
            "0x8100,,100,,2001:db8::2",
            "0x8100,,100,,",
            "0x8100,,0,10.0.0.2,",
            "0x8100,,100,10.0.0.2,",
            "0x88a8,100,,10.0.0.2,",
            "0x88a8,100,200,10.0.0.2,",
            "0x88a8,200,100,,2001:db8::2",
            "0x8100,,100+200,10.0.0.2,",
            "0x9100,,100,10.0.0.2,",
            "0x88a8,1,2+3,10.0.0.2,",
            "0x8847,,,10.0.0.2,",
            "0x88cc,,,,");
    assertThat(fields(file, "sll.ifindex", "sll.pkttype", "sll.hatype", "sll.src.eth"))
        .containsOnly(interfaceIndex + ",3,1,02:00:00:00:00:02");
  }

  private static List<String> fields(Path file, String... names) {
    List<String> command = new ArrayList<>(List.of("tshark", "-r", file.toString()));
    command.addAll(List.of("-T", "fields", "-E", "separator=,", "-E", "aggregator=+"));
    for (String name : names) {
      command.addAll(List.of("-e", name));
    }
    byte[] output = Tcpdump.run(command.toArray(String[]::new)).output();
    return new String(output, StandardCharsets.UTF_8).lines().toList();
  }

  private Path write(List<byte[]> packets) throws IOException {
    int length = PcapHeaderLayout.LENGTH;
    for (byte[] packet : packets) {
      length += PcapRecordLayout.HEADER_LENGTH + packet.length;
    }
    byte[] bytes = new byte[length];
    MemorySegment memory = MemorySegment.ofArray(bytes);
    PcapHeaderLayout.write(memory, 0, TimestampPrecision.NANO, 262_144, LinkType.LINUX_SLL2);
    int at = PcapHeaderLayout.LENGTH;
    for (byte[] packet : packets) {
      PcapRecordLayout.write(memory, at, 0, 1, packet.length, packet.length);
      at += PcapRecordLayout.HEADER_LENGTH;
      System.arraycopy(packet, 0, bytes, at, packet.length);
      at += packet.length;
    }
    return Files.write(folder.resolve("any.pcap"), bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "ip or ip6 or (vlan and (ip or ip6)), 13",
    "tcp port 80, 7",
    "udp dst port 53, 2",
    "ip6, 2",
    "arp, 2",
    "host 10.0.0.2 and inbound, 7",
    "outbound, 0"
  })
  void shouldLetThroughWhatMatchesWhenCapturingOnAny(String expression, int packets) {
    assertThat(sendThroughAny(expression, FilterTraffic.frames())).hasSize(packets);
  }

  @Test
  void shouldSayWhyWhenAFilterLooksAtWhatTheKernelDoesNotHave() {
    assertThatExceptionOfType(FilterException.class)
        .isThrownBy(() -> FilterCompiler.compile("ether[11] = 6", "any"))
        .withMessageContaining("ether[11] = 6");
  }

  @ParameterizedTest
  @ValueSource(strings = {"lo", "any"})
  void shouldTakeEachPacketOnceWhenItGoesThroughLoopback(String interfaceName) throws IOException {
    InetAddress localhost = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    try (DatagramSocket receiver = new DatagramSocket(0, localhost);
        DatagramSocket sender = new DatagramSocket();
        PacketSource source = open(interfaceName, "udp port " + receiver.getLocalPort())) {
      for (int i = 0; i < 100; i++) {
        sender.send(new DatagramPacket(new byte[i], i, receiver.getLocalSocketAddress()));
      }
      assertThat(drain(source)).hasSize(100);
    }
  }
}
