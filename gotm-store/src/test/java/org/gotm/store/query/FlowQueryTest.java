package org.gotm.store.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowRecord;
import org.gotm.core.flow.KeptPackets;
import org.gotm.core.pcapfile.RealPackets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each kind of condition, asked of the flows of all captures, beside what the words mean. */
class FlowQueryTest {
  private static final Instant NOW = Instant.parse("2026-11-28T13:00:00Z");
  private static final List<FlowRecord> FLOWS = new ArrayList<>();

  @BeforeAll
  static void record() {
    FlowCutter.Options options =
        FlowCutter.Options.defaults().withCapacityFlows(1 << 15).withTimeout(Duration.ofHours(1));
    RealPackets.all()
        .forEach(capture -> FLOWS.addAll(KeptPackets.withFlows(capture, options).flows()));
  }

  @AfterAll
  static void forget() {
    FLOWS.clear();
  }

  private static FlowQuery parse(String query) {
    return FlowQuery.parse(query, NOW, ZoneOffset.UTC);
  }

  private static void assertFinds(String query, Predicate<FlowRecord> meaning) {
    FlowQuery parsed = parse(query);
    List<FlowRecord> found = FLOWS.stream().filter(parsed::matches).toList();
    assertThat(found).as(query).isEqualTo(FLOWS.stream().filter(meaning).toList()).isNotEmpty();
  }

  /** The first flow of TCP whose ends differ. */
  private static FlowRecord some() {
    return FLOWS.stream().filter(FlowQueryTest::isTcp).findFirst().orElseThrow();
  }

  private static boolean isTcp(FlowRecord flow) {
    return isProtocol(flow, 6);
  }

  private static boolean isProtocol(FlowRecord flow, int protocol) {
    return flow.isIp() && flow.key().protocol() == protocol;
  }

  private static boolean hasPorts(FlowRecord flow) {
    return isTcp(flow) || isProtocol(flow, 17) || isProtocol(flow, 132);
  }

  private static boolean isArp(FlowRecord flow) {
    return flow.key().family() == 8;
  }

  private static boolean hasAddresses(FlowRecord flow) {
    return flow.isIp() || isArp(flow);
  }

  private static boolean isFrom(FlowRecord flow, String address) {
    return hasAddresses(flow) && flow.key().firstAddress().equals(address);
  }

  private static boolean isTo(FlowRecord flow, String address) {
    return hasAddresses(flow) && flow.key().secondAddress().equals(address);
  }

  @Test
  void shouldFindHosts() {
    String source = some().key().firstAddress();
    String other = some().key().secondAddress();
    assertFinds("host " + source, flow -> isFrom(flow, source) || isTo(flow, source));
    assertFinds("src host " + source, flow -> isFrom(flow, source));
    assertFinds("dst host " + other, flow -> isTo(flow, other));
    assertFinds(
        "src " + source + " and dst " + other, flow -> isFrom(flow, source) && isTo(flow, other));
    assertFinds("not host " + source, flow -> !isFrom(flow, source) && !isTo(flow, source));
  }

  private static boolean isWithin(String address, String net, int bits) {
    try {
      byte[] one = InetAddress.getByName(address).getAddress();
      byte[] other = InetAddress.getByName(net).getAddress();
      int rest = one.length * 8 - bits;
      return one.length == other.length
          && new BigInteger(1, one)
              .shiftRight(rest)
              .equals(new BigInteger(1, other).shiftRight(rest));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isWithin(FlowRecord flow, String net, int bits) {
    return hasAddresses(flow)
        && (isWithin(flow.key().firstAddress(), net, bits)
            || isWithin(flow.key().secondAddress(), net, bits));
  }

  @Test
  void shouldFindNets() {
    assertFinds("net 10.0.0.0/8", flow -> isWithin(flow, "10.0.0.0", 8));
    assertFinds("net 192.168.0.0/17", flow -> isWithin(flow, "192.168.0.0", 17));
    assertFinds("net fe80::/10", flow -> isWithin(flow, "fe80::", 10));
    assertFinds("arp net 0.0.0.0/0", FlowQueryTest::isArp);
  }

  @Test
  void shouldFindPorts() {
    assertFinds(
        "port 53",
        flow -> hasPorts(flow) && (flow.key().firstPort() == 53 || flow.key().secondPort() == 53));
    assertFinds("tcp dst port 80", flow -> isTcp(flow) && flow.key().secondPort() == 80);
    assertFinds(
        "udp src portrange 1024-65535",
        flow -> isProtocol(flow, 17) && flow.key().firstPort() >= 1024);
  }

  @Test
  void shouldFindProtocols() {
    assertFinds("tcp", FlowQueryTest::isTcp);
    assertFinds("icmp", flow -> isProtocol(flow, 1) && flow.key().family() == 4);
    assertFinds("ip proto 47", flow -> isProtocol(flow, 47) && flow.key().family() == 4);
    assertFinds("ip6", flow -> flow.key().family() == 6);
    assertFinds("arp", FlowQueryTest::isArp);
    assertFinds("ether proto 0x0806", FlowQueryTest::isArp);
  }

  @Test
  void shouldFindNetworks() {
    assertFinds("vlan", flow -> flow.vlan() != 0);
    int vlan = FLOWS.stream().mapToInt(FlowRecord::innerVlan).max().orElseThrow();
    assertFinds("vlan " + vlan, flow -> flow.vlan() == vlan || flow.innerVlan() == vlan);
    assertFinds("vni", flow -> flow.vni().isPresent());
    int vni =
        FLOWS.stream()
            .flatMapToInt(flow -> flow.vni().stream())
            .filter(n -> n > 0)
            .max()
            .orElseThrow();
    assertFinds("vni " + vni, flow -> flow.vni().stream().anyMatch(n -> n == vni));
    long mac = some().sourceMac();
    String text = "%012x".formatted(mac).replaceAll("(..)(?=.)", "$1:");
    assertFinds(
        "ether host " + text, flow -> flow.sourceMac() == mac || flow.destinationMac() == mac);
    assertFinds("ether src " + text, flow -> flow.sourceMac() == mac);
  }

  @Test
  void shouldFindFlowsThatWereThenInPart() {
    List<Long> times = FLOWS.stream().map(FlowRecord::firstNanos).sorted().toList();
    long nanos = times.get(times.size() / 2) / 1_000_000_000 * 1_000_000_000;
    String time = Instant.ofEpochSecond(nanos / 1_000_000_000).toString().replace("Z", "");
    assertFinds("after " + time, flow -> flow.lastNanos() >= nanos);
    assertFinds("before " + time, flow -> flow.firstNanos() < nanos);
    FlowQuery after = parse("tcp and after " + time);
    assertThat(after.mayBeBetween(nanos - 10, nanos - 1)).isFalse();
    assertThat(after.mayBeBetween(nanos - 10, nanos)).isTrue();
  }

  @Test
  void shouldCombine() {
    assertFinds(
        "tcp or udp and port 53",
        flow ->
            hasPorts(flow)
                && !isProtocol(flow, 132)
                && (flow.key().firstPort() == 53 || flow.key().secondPort() == 53));
    assertFinds("", flow -> true);
    FlowQuery within = parse("tcp or udp").within(parse("not tcp"));
    assertThat(FLOWS.stream().filter(within::matches))
        .isNotEmpty()
        .allMatch(flow -> isProtocol(flow, 17));
  }

  @Test
  void shouldFindCommunityIdsThatItTells() {
    CommunityIds ids = new CommunityIds();
    List<String> all = FLOWS.stream().map(ids::of).toList();
    for (int i = 0; i < FLOWS.size(); i += 37) {
      String id = all.get(i);
      if (id != null) {
        FlowQuery query = parse("community-id " + id);
        for (int k = 0; k < FLOWS.size(); k++) {
          assertThat(query.matches(FLOWS.get(k))).isEqualTo(id.equals(all.get(k)));
        }
      }
    }
  }

  @Test
  void shouldRefuseWhatIsNotKnownOfFlows() {
    assertThatThrownBy(() -> parse("host 10.0.0.1 and bpf 'udp'"))
        .isInstanceOf(QueryException.class)
        .hasMessageContaining("bpf is for packets, and not for records of flows");
    assertThatThrownBy(() -> parse("tcp and not mpls 5"))
        .isInstanceOf(QueryException.class)
        .hasMessageContaining("labels of MPLS are not in records of flows");
  }
}
