package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
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
          "eth", "ethertype", "vlan", "ieee8021ad", "mpls", "pppoes", "ppp", "sll", "null", "raw");
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
    String get(String field) {
      int index = List.of(FIELDS).indexOf(field);
      return index < values.length ? values[index] : "";
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
    List<Line> lines = tshark(linkType, packets);
    assertThat(lines).hasSameSizeAs(packets);
    int compared = 0;
    for (int i = 0; i < packets.size(); i++) {
      int ip = ipIndex(lines.get(i).protocols());
      if (ip >= 0) {
        compare(linkType, packets.get(i), lines.get(i), ip);
        compared++;
      }
    }

    assertThat(compared).isGreaterThan(packets.size() / 2);
  }

  /** Where the outermost IP header is in the list of protocols, -1 if the frame is not IP. */
  private static int ipIndex(List<String> protocols) {
    for (int i = 0; i < protocols.size(); i++) {
      String protocol = protocols.get(i);
      if (protocol.equals("ip") || protocol.equals("ipv6")) {
        return i;
      }
      if (!BELOW_IP.contains(protocol)) {
        return -1;
      }
    }
    return -1;
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
    assertThat(ends(key))
        .as(description)
        .isEqualTo(ends(line, line.protocols().get(ip), transport));
    if (transport.equals("tcp") && !line.get("tcp.len").isEmpty() && hasOneLength(line)) {
      assertThat(decoded.payloadLength())
          .as(description)
          .isEqualTo(Integer.parseInt(line.get("tcp.len")));
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

  private static List<String> ends(Line line, String ip, String transport) {
    String source = InetAddress.ofLiteral(line.get(ip + ".src")).getHostAddress();
    String target = InetAddress.ofLiteral(line.get(ip + ".dst")).getHostAddress();
    return Stream.of(
            source + " " + port(line, transport, "srcport"),
            target + " " + port(line, transport, "dstport"))
        .sorted()
        .toList();
  }

  private static int port(Line line, String transport, String end) {
    String port =
        switch (transport) {
          case "tcp", "udp", "sctp" -> line.get(transport + "." + end);
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

  private List<Line> tshark(int linkType, List<RealPackets.Packet> packets) throws IOException {
    Path file =
        Files.write(folder.resolve("all.pcap"), new RealPackets("all", linkType, packets).toPcap());
    List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", file.toString()));
    command.addAll(List.of("-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE"));
    command.addAll(List.of("-T", "fields", "-E", "occurrence=f"));
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
}
