package org.gotm.ffm.pcap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.gotm.core.packet.LinkType;
import org.gotm.ffm.Command;
import org.gotm.ffm.SampleTraffic;
import org.gotm.ffm.pcap.generated.bpf_insn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PcapFilterTest {
  private static final int SNAPLEN = 262144;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ip",
        "not ip",
        "udp dst port 5000",
        "tcp",
        "host 10.0.0.3",
        "vlan",
        "vlan 101",
        "vlan and vlan 102",
        "greater 500",
        "len <= 64",
        "ip or ip6 or (vlan and (ip or ip6))",
        "vlan or not vlan",
        "ip broadcast"
      })
  void shouldMatchWhatTcpdumpMatchesWhenGivenTheSameExpression(String expression) {
    Command.require("tcpdump");
    SampleTraffic traffic = SampleTraffic.mixed(240);
    Path file = traffic.write(folder.resolve("traffic.pcap"));
    String counted =
        Command.check("tcpdump", "--count", "-n", "-r", file.toString(), expression).strip();

    long matched;
    try (PcapFilter filter = PcapFilter.compile(expression, LinkType.ETHERNET, SNAPLEN)) {
      matched = traffic.frames().stream().filter(frame -> matches(filter, frame)).count();
    }
    assertThat(counted).endsWith("\n" + matched + " packets");
  }

  private static boolean matches(PcapFilter filter, byte[] frame) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(frame.length + 7);
      MemorySegment.copy(frame, 0, memory, JAVA_BYTE, 7, frame.length);
      return filter.matches(memory, 7, frame.length, frame.length);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ip",
        "udp port 53 or vlan 7",
        "host 192.0.2.1 and tcp[13] & 2 != 0",
        "ip broadcast",
        "not ip broadcast and not ether broadcast"
      })
  void shouldGiveTheProgramThatTcpdumpGivesWhenCompiled(String expression) {
    Command.require("tcpdump");
    List<String> lines =
        Command.check("tcpdump", "-ddd", "-y", "EN10MB", "-s", "" + SNAPLEN, expression)
            .lines()
            .filter(line -> !line.startsWith("Warning"))
            .toList();

    try (PcapFilter filter = PcapFilter.compile(expression, LinkType.ETHERNET, SNAPLEN)) {
      List<String> instructions =
          filter
              .instructions()
              .elements(bpf_insn.layout())
              .map(
                  instruction ->
                      "%d %d %d %d"
                          .formatted(
                              bpf_insn.code(instruction),
                              bpf_insn.jt(instruction) & 0xff,
                              bpf_insn.jf(instruction) & 0xff,
                              Integer.toUnsignedLong(bpf_insn.k(instruction))))
              .toList();
      assertThat(lines.getFirst()).isEqualTo("" + instructions.size());
      assertThat(instructions).isEqualTo(lines.subList(1, lines.size()));
    }
  }

  @Test
  void shouldUseTheLinkTypeOfFilesWhenItDiffersFromTheApis() {
    byte[] ip = new byte[20];
    ip[0] = 0x45;
    try (PcapFilter filter = PcapFilter.compile("ip", LinkType.RAW, SNAPLEN)) {
      assertThat(matches(filter, ip)).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "101, 45, true",
    "101, 60, true",
    "101, 10, false",
    "113, 00000001000602000000000100000800, true", // LINUX_SLL: the type is last
    "113, 00000001000602000000000100008100006486dd, true", // VLAN 100, IPv6
    "113, 0000000100060200000000010000810000640806, false",
    "276, 0800000000000002000100060200000000010000, true", // LINUX_SLL2: the type is first
    "276, 8100000000000002000100060200000000010000006486dd, true",
    "276, 810000000000000200010006020000000001000000640806, false"
  })
  void shouldTakeTheDefaultWhenTheLinkTypeKnowsNoVlan(int linkType, String hex, boolean expected) {
    byte[] packet = HexFormat.of().parseHex(hex);
    try (PcapFilter filter = PcapFilter.compile(FilterCompiler.DEFAULT, linkType, SNAPLEN)) {
      assertThat(matches(filter, packet)).isEqualTo(expected);
    }
  }

  @Test
  void shouldReadNoFurtherThanTheCapturedLengthWhenMatching() {
    byte[] frame = SampleTraffic.udp(1, 60);
    try (Arena arena = Arena.ofConfined();
        PcapFilter filter = PcapFilter.compile("udp dst port 5000", LinkType.ETHERNET, SNAPLEN)) {
      MemorySegment memory = arena.allocate(frame.length).copyFrom(MemorySegment.ofArray(frame));
      assertThat(filter.matches(memory, 0, 38, 60)).isTrue();
      assertThat(filter.matches(memory, 0, 37, 60)).isFalse();
    }
  }

  @Test
  void shouldRefuseWhenPacketIsNotInNativeMemory() {
    MemorySegment heap = MemorySegment.ofArray(new byte[60]);
    try (PcapFilter filter = PcapFilter.compile("ip", LinkType.ETHERNET, SNAPLEN)) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> filter.matches(heap, 0, 60, 60));
    }
  }

  @Test
  void shouldRefuseWhenPacketLeavesItsSegment() {
    try (Arena arena = Arena.ofConfined();
        PcapFilter filter = PcapFilter.compile("ip", LinkType.ETHERNET, SNAPLEN)) {
      MemorySegment memory = arena.allocate(60);
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> filter.matches(memory, 1, 60, 60));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense here", "tcp port", "ip and arp", "host 1.2.3.4.5"})
  void shouldGiveLibpcapsWordsAndTheExpressionWhenItCannotBeCompiled(String expression) {
    assertThatExceptionOfType(FilterException.class)
        .isThrownBy(() -> PcapFilter.compile(expression, LinkType.ETHERNET, SNAPLEN))
        .withMessageStartingWith("filter=\"" + expression + "\": ")
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1))
        .satisfies(e -> assertThat(e.expression()).isEqualTo(expression));
  }

  @Test
  void shouldAllocateNothingWhenMatching() {
    byte[] frame = SampleTraffic.udp(1, 60);
    try (Arena arena = Arena.ofConfined();
        PcapFilter filter = PcapFilter.compile("udp", LinkType.ETHERNET, SNAPLEN)) {
      MemorySegment memory = arena.allocate(frame.length).copyFrom(MemorySegment.ofArray(frame));
      match(filter, memory, 10_000);
      long before = allocatedBytes();
      match(filter, memory, 50_000);

      assertThat(allocatedBytes() - before).as("bytes for 50000 packets").isLessThan(50_000);
    }
  }

  private static void match(PcapFilter filter, MemorySegment memory, int times) {
    for (int i = 0; i < times; i++) {
      filter.matches(memory, 0, 60, 60);
    }
  }

  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }
}
