package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.pcapfile.RealPackets;
import org.gotm.core.pcapfile.Tcpdump;

/**
 * What tshark says of a packet: the layers in it, and values of fields, of which there may be
 * several if a layer is there several times. Fragments are not put together.
 */
final class TsharkPacket {
  private static final List<String> FIELDS =
      List.of(
          "frame.protocols",
          "ip.src",
          "ip.dst",
          "ip.proto",
          "ip.id",
          "ip.flags.mf",
          "ip.frag_offset",
          "ipv6.src",
          "ipv6.dst",
          "ipv6.nxt",
          "ipv6.fraghdr.ident",
          "ipv6.fraghdr.more",
          "ipv6.fraghdr.offset",
          "tcp.srcport",
          "tcp.dstport",
          "udp.srcport",
          "udp.dstport",
          "sctp.srcport",
          "sctp.dstport",
          "esp.spi",
          "icmp.type",
          "icmp.ident",
          "icmpv6.type",
          "icmpv6.echo.identifier",
          "icmpv6.nd.ns.target_address",
          "icmpv6.nd.na.target_address",
          "arp.src.proto_ipv4",
          "arp.dst.proto_ipv4",
          "tcp.stream",
          "tcp.len",
          "tcp.flags",
          "ip.len",
          "pppoe.payload_length");

  private final String[] values;
  private final List<String> layers;

  private TsharkPacket(String line) {
    values = line.split("\t", -1);
    layers = List.of(values[0].split(":"));
  }

  /**
   * The packets of a capture, which is written into a folder.
   *
   * @param arguments more of them for tshark
   */
  static List<TsharkPacket> of(RealPackets packets, Path folder, String... arguments)
      throws IOException {
    Path file = Files.write(folder.resolve("packets.pcap"), packets.toPcap());
    List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", file.toString()));
    command.addAll(List.of("-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE"));
    command.addAll(List.of("-T", "fields", "-E", "occurrence=a"));
    command.addAll(List.of("-d", "udp.port==8472,vxlan"));
    command.addAll(List.of(arguments));
    FIELDS.forEach(field -> command.addAll(List.of("-e", field)));
    Tcpdump.Result result = Tcpdump.run(command.toArray(String[]::new));
    assertThat(result.exit()).as(result.says()).isZero();
    List<TsharkPacket> lines =
        new String(result.output(), StandardCharsets.UTF_8).lines().map(TsharkPacket::new).toList();
    assertThat(lines).as(packets.name()).hasSameSizeAs(packets.packets());
    return lines;
  }

  /** Its layers from the outermost on, as {@code frame.protocols} has them. */
  List<String> layers() {
    return layers;
  }

  /** The layer at an index, or nothing. */
  String layer(int index) {
    return index < layers.size() ? layers.get(index) : "";
  }

  /** The value that a field has first, or nothing. */
  String first(String field) {
    List<String> all = all(field);
    return all.isEmpty() ? "" : all.getFirst();
  }

  /** The value of a field in the layer at an index, of those with this name; or nothing. */
  String value(String field, int layer) {
    String name = layers.get(layer);
    long behind = layers.subList(layer + 1, layers.size()).stream().filter(name::equals).count();
    List<String> all = all(field);
    return behind < all.size() ? all.get(all.size() - 1 - (int) behind) : "";
  }

  /** The number in a field of a layer, 0 if it is not there. */
  long number(String field, int layer) {
    String value = value(field, layer);
    return switch (value) {
      case "", "False" -> 0;
      case "True" -> 1;
      default -> Long.decode(value);
    };
  }

  private List<String> all(String field) {
    int index = FIELDS.indexOf(field);
    if (index >= values.length || values[index].isEmpty()) {
      return List.of();
    }
    return List.of(values[index].split(","));
  }

  @Override
  public String toString() {
    return values[0];
  }
}
