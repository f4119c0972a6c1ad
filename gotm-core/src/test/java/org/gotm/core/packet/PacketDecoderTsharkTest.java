package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.gotm.core.pcapfile.RealPackets;
import org.gotm.core.pcapfile.Tcpdump;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real packets of each link type, whose flow and payload tshark and the decoder must agree on. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PacketDecoderTsharkTest {
  private static final Set<String> BELOW_IP =
      Set.of(
          "eth",
          "ethertype",
          "vlan",
          "ieee8021ad",
          "ieee8021ah",
          "cmd",
          "mpls",
          "pwethheuristic",
          "pwethcw",
          "pwethnocw",
          "pppoes",
          "ppp",
          "sll",
          "null",
          "raw");
  private static final int MOST_EXTENSIONS = 16;
  private static final int PPP_PROTOCOL_LENGTH = 2;
  private static final String[] FIELDS = {
    "frame.protocols",
    "ip.src",
    "ip.dst",
    "ipv6.src",
    "ipv6.dst",
    "tcp.srcport",
    "tcp.dstport",
    "udp.srcport",
    "udp.dstport",
    "sctp.srcport",
    "sctp.dstport",
    "icmp.type",
    "icmp.ident",
    "icmpv6.type",
    "icmpv6.echo.identifier",
    "tcp.len",
    "ip.len",
    "pppoe.payload_length"
  };

  private static List<RealPackets> captures;

  @TempDir Path folder;

  /** What tshark says of a packet, by field name. */
  private record Line(String[] values) {
    /** The field in the outermost header that has it. */
    String get(String field) {
      return all(field)[0];
    }

    /** The field in the header that is at this place in the list of protocols. */
    String get(String field, int layer) {
      String protocol = protocols().get(layer);
      long before = protocols().subList(0, layer).stream().filter(protocol::equals).count();
      String[] all = all(field);
      return before < all.length ? all[(int) before] : "";
    }

    private String[] all(String field) {
      int index = List.of(FIELDS).indexOf(field);
      return (index < values.length ? values[index] : "").split(",", -1);
    }

    List<String> protocols() {
      return List.of(get("frame.protocols").split(":"));
    }
  }

  @BeforeAll
  static void readCaptures() {
    Tcpdump.require("tshark");
    Tcpdump.require();
    captures = RealPackets.all();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 101, 113, 228, 229, 276})
  void shouldAgreeWithTshark(int linkType) throws IOException {
    List<RealPackets.Packet> packets =
        captures.stream()
            .filter(capture -> capture.linkType() == linkType)
            .filter(capture -> !capture.name().startsWith("bad-"))
            .flatMap(capture -> capture.packets().stream())
            .toList();
    assertThat(compareAll(linkType, packets)).isGreaterThan(packets.size() / 2);
  }

  /** Of VLAN tags behind GRE tshark knows nothing; the first bytes of 802.11 it can exchange. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldAgreeWithTsharkOnEveryFormOfTunnel(boolean isSwapped) throws IOException {
    List<RealPackets.Packet> packets = new ArrayList<>();
    for (TunnelFrames.Form form : TunnelFrames.all()) {
      if (form.name().equals("swapped") == isSwapped && !form.toString().equals("GRE VLAN")) {
        byte[] tcp = form.frame().ipv4("10.0.0.1", "10.0.0.2").tcp(1234, 80, 16).payload(7).build();
        packets.add(new RealPackets.Packet(tcp, tcp.length, 0));
        byte[] udp = form.frame().ipv4("10.0.0.1", "10.0.0.2").udp(1235, 81).payload(7).build();
        packets.add(new RealPackets.Packet(udp, udp.length, 0));
      }
    }
    int compared = compareAll(LinkType.ETHERNET, packets, "-o", "capwap.swap_fc:" + isSwapped);

    assertThat(compared).isEqualTo(packets.size()).isGreaterThan(1);
  }

  /** Compares all packets that tshark finds IP in; answers how many those are. */
  private int compareAll(int linkType, List<RealPackets.Packet> packets, String... preferences)
      throws IOException {
    List<Line> lines = tshark(linkType, packets, preferences);
    assertThat(lines).hasSameSizeAs(packets);
    int compared = 0;
    for (int i = 0; i < packets.size(); i++) {
      int ip = ipIndex(lines.get(i).protocols());
      if (ip >= 0) {
        compare(linkType, packets.get(i), lines.get(i), ip);
        compared++;
      }
    }
    return compared;
  }

  /**
   * Where the innermost IP header is in the list of protocols, -1 if the frame is not IP. What ICMP
   * quotes was not sent.
   */
  private static int ipIndex(List<String> protocols) {
    int outermost = 0;
    while (outermost < protocols.size() && BELOW_IP.contains(protocols.get(outermost))) {
      outermost++;
    }
    int innermost = -1;
    for (int i = outermost; i < protocols.size() && !isIcmp(protocols.get(i)); i++) {
      innermost = isIp(protocols.get(i)) ? i : innermost;
      if (innermost < 0) {
        return -1;
      }
    }
    return innermost;
  }

  private static boolean isIp(String protocol) {
    return protocol.equals("ip") || protocol.equals("ipv6");
  }

  private static boolean isIcmp(String protocol) {
    return protocol.startsWith("icmp");
  }

  private static void compare(int linkType, RealPackets.Packet packet, Line line, int ip) {
    DecodedKey.Decoded decoded =
        DecodedKey.decode(linkType, false, packet.bytes(), packet.wireLength());
    DecodedKey key = decoded.key();
    List<String> above = line.protocols().subList(ip + 1, line.protocols().size());
    int extensions = (int) above.stream().takeWhile(PacketDecoderTsharkTest::isExtension).count();
    String transport = extensions < above.size() ? above.get(extensions) : "";
    if (extensions > MOST_EXTENSIONS) {
      assertThat(key.isDecoded()).isFalse();
      return;
    }
    String description = "%s %s".formatted(line.get("frame.protocols"), key);
    assertThat(ends(key)).as(description).isEqualTo(ends(line, ip, ip + 1 + extensions));
    if (transport.equals("tcp")
        && !line.get("tcp.len", ip + 1 + extensions).isEmpty()
        && hasOneLength(line)) {
      assertThat(decoded.payloadLength())
          .as(description)
          .isEqualTo(Integer.parseInt(line.get("tcp.len", ip + 1 + extensions)));
    }
  }

  /** False if IP claims more than PPPoE has: tshark believes the one, the decoder the other. */
  private static boolean hasOneLength(Line line) {
    String pppoe = line.get("pppoe.payload_length");
    String ip = line.get("ip.len");
    return pppoe.isEmpty()
        || ip.isEmpty()
        || Integer.parseInt(ip) <= Integer.parseInt(pppoe) - PPP_PROTOCOL_LENGTH;
  }

  private static boolean isExtension(String protocol) {
    return protocol.startsWith("ipv6.") || protocol.equals("ah");
  }

  /** Both ends, in any order. */
  private static List<String> ends(DecodedKey key) {
    return Stream.of(key.first(), key.second()).sorted().toList();
  }

  private static List<String> ends(Line line, int ip, int transport) {
    String version = line.protocols().get(ip);
    String source = InetAddress.ofLiteral(line.get(version + ".src", ip)).getHostAddress();
    String target = InetAddress.ofLiteral(line.get(version + ".dst", ip)).getHostAddress();
    return Stream.of(
            source + " " + port(line, transport, "srcport"),
            target + " " + port(line, transport, "dstport"))
        .sorted()
        .toList();
  }

  private static int port(Line line, int transport, String end) {
    String protocol = transport < line.protocols().size() ? line.protocols().get(transport) : "";
    String port =
        switch (protocol) {
          case "tcp", "udp", "sctp" -> line.get(protocol + "." + end, transport);
          case "icmp" -> isEcho(line.get("icmp.type"), "8", "0") ? line.get("icmp.ident") : "0";
          case "icmpv6" ->
              isEcho(line.get("icmpv6.type"), "128", "129")
                  ? line.get("icmpv6.echo.identifier")
                  : "0";
          default -> "0";
        };
    return Integer.decode(port);
  }

  private static boolean isEcho(String type, String request, String reply) {
    return type.equals(request) || type.equals(reply);
  }

  private List<Line> tshark(int linkType, List<RealPackets.Packet> packets, String... preferences)
      throws IOException {
    Path file = Files.write(folder.resolve("all.pcap"), pcap(linkType, packets));
    List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", file.toString()));
    command.addAll(List.of("-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE"));
    command.addAll(List.of("-d", "udp.port==8472,vxlan"));
    command.addAll(List.of(preferences));
    command.addAll(List.of("-T", "fields", "-E", "occurrence=a"));
    for (String field : FIELDS) {
      command.addAll(List.of("-e", field));
    }
    Tcpdump.Result result = Tcpdump.run(command.toArray(String[]::new));
    assertThat(result.exit()).as(result.says()).isZero();
    return new String(result.output(), StandardCharsets.UTF_8)
        .lines()
        .map(line -> new Line(line.split("\t", -1)))
        .toList();
  }

  private static byte[] pcap(int linkType, List<RealPackets.Packet> packets) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.nativeOrder());
    header.putInt(0xa1b23c4d).putShort((short) 2).putShort((short) 4).putLong(0);
    out.writeBytes(header.putInt(262144).putInt(linkType).array());
    for (RealPackets.Packet packet : packets) {
      ByteBuffer record = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
      record.putInt(1).putInt(0).putInt(packet.bytes().length).putInt(packet.wireLength());
      out.writeBytes(record.array());
      out.writeBytes(packet.bytes());
    }
    return out.toByteArray();
  }
}
