package org.gotm.ffm.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.gotm.core.pcapfile.Tcpdump;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.ChildJvm;
import org.gotm.ffm.Command;
import org.gotm.ffm.FilterTraffic;
import org.gotm.ffm.FrameSender;
import org.gotm.ffm.LiveTcpdump;
import org.gotm.ffm.ReceivedPackets;
import org.gotm.ffm.VethPair;
import org.gotm.ffm.afpacket.AfPacketOptions;
import org.gotm.ffm.afpacket.AfPacketSource;
import org.gotm.ffm.bpf.SocketFilter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Filters let through what tcpdump lets through on the same interface. */
@Tag("live")
@Timeout(120)
class FilterCompilerTest {
  @TempDir private Path folder;
  private VethPair pair;

  @BeforeEach
  void makePair() {
    Tcpdump.require();
    pair = VethPair.create();
  }

  @AfterEach
  void removePair() {
    if (pair != null) {
      pair.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "vlan or not vlan",
        FilterCompiler.DEFAULT,
        "  ip or  ip6 or (vlan and (ip or ip6)) ",
        "ip or ip6",
        "vlan",
        "not vlan",
        "vlan 100",
        "vlan 200",
        "vlan 0",
        "not vlan 100",
        "vlan 100 and vlan 200",
        "vlan and vlan",
        "vlan and arp",
        "arp",
        "ip6",
        "mpls",
        "tcp port 80",
        "vlan and tcp port 80",
        "tcp port 80 or (vlan and tcp port 80)",
        "udp dst port 53",
        "host 10.0.0.2",
        "ether proto 0x88cc",
        "less 62",
        "ip broadcast"
      })
  void shouldLetThroughWhatTcpdumpDoesWhenFramesGoBothWays(String expression) {
    AfPacketOptions options =
        AfPacketOptions.of(pair.name()).withFilter(FilterCompiler.compile(expression, pair.name()));
    List<byte[]> expected;
    ReceivedPackets received = new ReceivedPackets();
    try (LiveTcpdump tcpdump =
            new LiveTcpdump(pair.name(), expression, folder.resolve("expected.pcap"));
        PacketSource source = AfPacketSource.open(options)) {
      sendBothWays(FilterTraffic.frames());
      expected = tcpdump.stop();
      source.stop();
      received.awaitEnd(source);
    }

    assertThat(hex(received.frames())).containsExactlyElementsOf(hex(expected));
  }

  @ParameterizedTest
  @CsvSource({"inbound, 3", "outbound, 2"})
  void shouldTellDirectionsApartWhenAsked(String expression, int frames) {
    AfPacketOptions options =
        AfPacketOptions.of(pair.name()).withFilter(FilterCompiler.compile(expression, pair.name()));
    ReceivedPackets received = new ReceivedPackets();
    try (PacketSource source = AfPacketSource.open(options);
        FrameSender in = new FrameSender(pair.peer());
        FrameSender out = new FrameSender(pair.name())) {
      in.send(FilterTraffic.frames().subList(0, 3));
      out.send(FilterTraffic.frames().subList(0, 2));
      source.stop();
      received.awaitEnd(source);
    }

    assertThat(received.count()).isEqualTo(frames);
  }

  private void sendBothWays(List<byte[]> frames) {
    try (FrameSender in = new FrameSender(pair.peer());
        FrameSender out = new FrameSender(pair.name())) {
      in.send(frames);
      out.send(frames);
    }
  }

  private static List<String> hex(List<byte[]> frames) {
    List<String> hex = new ArrayList<>();
    frames.forEach(frame -> hex.add(HexFormat.of().formatHex(frame)));
    return hex;
  }

  @Test
  void shouldCutPacketsWhenFilteredAndSnaplenIsShort() {
    AfPacketOptions options =
        AfPacketOptions.of(pair.name())
            .withFilter(FilterCompiler.compile("tcp port 80", pair.name()))
            .withSnaplen(40);
    ReceivedPackets received = new ReceivedPackets();
    try (PacketSource source = AfPacketSource.open(options);
        FrameSender sender = new FrameSender(pair.peer())) {
      sender.send(FilterTraffic.frames().getFirst());
      received.await(source, 1);
    }

    assertThat(received.frames().getFirst()).hasSize(40);
    assertThat(received.wireLengths().getFirst()).isEqualTo(60);
  }

  @Test
  void shouldQuoteLibpcapWhenExpressionIsWrong() {
    assertThatExceptionOfType(FilterException.class)
        .isThrownBy(() -> FilterCompiler.compile("tcp prot 80", pair.name()))
        .withMessageContaining("tcp prot 80")
        .withMessageContaining("syntax error");
  }

  @Test
  void shouldSayHowLongAFilterIsWhenTheKernelWouldNotTakeIt() {
    String expression =
        IntStream.range(0, 5000)
            .mapToObj(i -> "ether[%d:4] = %d".formatted(i % 1000, i))
            .collect(Collectors.joining(" or "));

    assertThatExceptionOfType(FilterException.class)
        .isThrownBy(() -> FilterCompiler.compile(expression, pair.name()))
        .withMessageContaining("instructions")
        .withMessageContaining("4096");
  }

  @Test
  void shouldNameTheInterfaceWhenItIsMissing() {
    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> FilterCompiler.compile("tcp", "absent0"))
        .withMessageContaining("interface=absent0");
  }

  /** Compiles filters where no libpcap is to be found. */
  static final class WithoutLibpcap {
    private WithoutLibpcap() {}

    public static void main(String[] arguments) {
      for (String expression : List.of(FilterCompiler.DEFAULT, "", "vlan or not vlan", "tcp")) {
        try {
          SocketFilter filter = FilterCompiler.compile(expression, arguments[0]);
          System.out.println(filter == null ? "everything" : "compiled");
        } catch (PacketSourceException e) {
          System.out.println(e.getMessage());
        }
      }
    }
  }

  @Test
  void shouldStillHaveTheSimplestFiltersWhenThereIsNoLibpcap() {
    Command.Result result =
        ChildJvm.run(
            WithoutLibpcap.class, List.of("-Dgotm.pcap.library=/absent/libpcap.so"), pair.name());

    assertThat(result.output().lines())
        .hasSize(4)
        .startsWith("compiled", "everything", "everything")
        .last()
        .asString()
        .contains("filter=\"tcp\"")
        .contains("libpcap0.8")
        .contains(FilterCompiler.DEFAULT);
  }
}
