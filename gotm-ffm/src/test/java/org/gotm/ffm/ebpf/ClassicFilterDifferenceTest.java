package org.gotm.ffm.ebpf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.gotm.core.Seed;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.RealPackets;
import org.gotm.core.pcapfile.Tcpdump;
import org.gotm.ffm.FilterTraffic;
import org.gotm.ffm.VethPair;
import org.gotm.ffm.bpf.FilterPrograms;
import org.gotm.ffm.bpf.SocketFilter;
import org.gotm.ffm.pcap.FilterCompiler;
import org.gotm.ffm.pcap.PcapFilter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A translated filter keeps of every datagram what the kernel keeps with the classic one.
 *
 * <p>Goes on for {@code -Dgotm.fuzz.rounds=} random filters, if it is not said for 1000.
 */
@Tag("live")
@Timeout(600)
class ClassicFilterDifferenceTest {
  private static final int ROUNDS = Integer.getInteger("gotm.fuzz.rounds", 1000);
  private static final int DATAGRAMS = 20;
  private static final int PACKETS_OF_A_CAPTURE = 200;
  private static final String MANY_HOSTS =
      IntStream.range(0, 150)
          .mapToObj(i -> "host 10.%d.%d.%d".formatted(i % 7, i % 11, i))
          .collect(Collectors.joining(" or ", "", " or host 10.0.0.1"));
  private static final List<String> EXPRESSIONS =
      List.of(
          FilterCompiler.DEFAULT,
          "ip or ip6",
          "tcp port 443",
          "port 53",
          "vlan",
          "not vlan",
          "vlan 100",
          "vlan and tcp",
          "mpls",
          "pppoes",
          "host 10.1.2.3 or net 10.0.0.0/8",
          "net 192.168.0.0/16 and not port 80",
          "tcp[tcpflags] & tcp-syn != 0",
          "tcp[12] >> 4 > 5 and tcp portrange 1-1023",
          "udp[4:2] - 8 > 100",
          "ip[2:2] % 3 == 1",
          "ip6 proto 6",
          "icmp or icmp6 or arp",
          "ip[6:2] & 0x1fff != 0",
          "len > 1000 or ether[0] & 1 != 0",
          "ether[6:4] > 0x80000000",
          "inbound",
          MANY_HOSTS);

  private DatagramPair classic;
  private DatagramPair translated;
  private int kept;
  private int cut;
  private int dropped;

  @BeforeEach
  void open() {
    VethPair.requireLive();
    Tcpdump.require();
    classic = new DatagramPair();
    translated = new DatagramPair();
  }

  @AfterEach
  void close() {
    if (classic != null) {
      classic.close();
      translated.close();
    }
  }

  private void attach(SocketFilter filter) throws UnsupportedFilterException {
    filter.attachTo(classic.receiver());
    translated.attachTranslated(filter);
  }

  private void compare(byte[] datagram, Object filter) {
    int expected = classic.pass(datagram);
    int actual = translated.pass(datagram);
    if (actual != expected) { // what is to be said takes longer than the rest
      assertThat(actual)
          .as("%s: %s", filter, HexFormat.of().formatHex(datagram))
          .isEqualTo(expected);
    }
    kept += expected == datagram.length ? 1 : 0;
    cut += expected >= 0 && expected < datagram.length ? 1 : 0;
    dropped += expected == DatagramPair.DROPPED ? 1 : 0;
  }

  @Test
  void shouldKeepTheSameWhenFiltersAreRandom() throws Exception {
    long seed = Seed.of(getClass());
    RandomFilter random = new RandomFilter(new Random(seed));
    for (int round = 0; round < ROUNDS; round++) {
      SocketFilter filter = round % 2 == 0 ? random.next() : random.nextOnEdge();
      attach(filter);
      for (int i = 0; i < DATAGRAMS; i++) {
        compare(random.datagram(), filter.instructions());
      }
    }

    System.out.printf(
        "%s: %d filters: %d kept, %d cut, %d dropped%n",
        getClass().getSimpleName(), ROUNDS, kept, cut, dropped);
    int some = ROUNDS * DATAGRAMS / 20;
    assertThat(kept).isGreaterThan(some);
    assertThat(cut).isGreaterThan(some);
    assertThat(dropped).isGreaterThan(some);
  }

  @Test
  void shouldKeepTheSameWhenExpressionsMeetRealTraffic() throws Exception {
    List<byte[]> frames = capturedFrames();
    for (String expression : EXPRESSIONS) {
      int before = kept + cut;
      for (SocketFilter filter : compiled(expression)) {
        attach(filter.limitedTo(96));
        frames.forEach(frame -> compare(frame, expression));
      }
      assertThat(kept + cut).as(expression).isGreaterThan(before);
    }
  }

  /** As libpcap does it for files, and for an interface, where tags are in ancillary words. */
  private static List<SocketFilter> compiled(String expression) {
    List<SocketFilter> filters = new ArrayList<>();
    filters.add(FilterCompiler.compile(expression, "lo"));
    if (!expression.equals("inbound")) {
      int snaplen = PcapHeaderLayout.MAX_SNAPLEN;
      try (PcapFilter filter = PcapFilter.compile(expression, LinkType.ETHERNET, snaplen)) {
        filters.add(SocketFilter.of(filter.instructions()));
      }
    }
    if (expression.equals(FilterCompiler.DEFAULT)) {
      filters.add(FilterPrograms.ip(LinkType.RAW));
      filters.add(FilterPrograms.ip(LinkType.LINUX_SLL2));
    }
    return filters;
  }

  private static List<byte[]> capturedFrames() {
    List<byte[]> frames = new ArrayList<>(FilterTraffic.frames());
    for (RealPackets capture : RealPackets.all()) {
      capture.packets().stream()
          .limit(PACKETS_OF_A_CAPTURE)
          .forEach(packet -> frames.add(packet.bytes()));
    }
    return frames;
  }
}
