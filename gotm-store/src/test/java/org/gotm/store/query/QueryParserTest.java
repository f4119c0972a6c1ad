package org.gotm.store.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What queries mean, and what is said of those that mean nothing. */
class QueryParserTest {
  private static final Instant NOW = Instant.parse("2026-11-27T13:00:00Z");

  private static Condition parse(String query) {
    return parse(query, ZoneOffset.UTC);
  }

  private static Condition parse(String query, ZoneId zone) {
    return Query.parse(
            query, NOW, zone, expression -> (linkType, memory, offset, caplen, length) -> true)
        .condition();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "icmp",
        "before 45m ago",
        "host 1.2.3.4 and port 255",
        "(port 80 or (host 1.2.3.4 and tcp) or port 7)",
        "udp and port 514 or tcp and port 80",
        "(port 80 && after 2015-01-01T13:14:15Z) || (host 1.2.3.4 && before 2015-01-01T13:14:15Z)",
        "net 1.2.3.0 mask 255.255.255.0",
        "ip proto 6 and vlan 3 and mpls 16",
        "after 2012-11-03T11:05:00-07:00"
      })
  void shouldTakeWhatStenographerTakes(String query) {
    assertThat(parse(query)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "host 1.2.3 | 6 | '1.2.3' is no address; names are not looked up",
        "net 1.2.3.4/44 | 5 | '1.2.3.4/44' is no network, such as 10.0.0.0/8",
        "port 77777 | 6 | '77777' is no port from 0 to 65535",
        "last 4 | 1 | 'last' is no word of a query",
        "host 1.2.3.4 port 80 | 14 | 'and' or 'or' is missing before 'port'",
        "(port 80 | 9 | ')' is missing",
        "port 80 and | 12 | something is missing at the end",
        "after 3h | 9 | 'ago' is missing after 3h",
        "before tomorrow | 8 | 'tomorrow' is no time: write 2026-11-27T13:00:00Z, '2026-11-27 13:00' or 3h ago",
        "community-id 1:abc | 14 | no Community ID, such as 1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
        "vlan 5000 | 6 | not a number from 0 to 4095",
        "icmp port 7 | 11 | icmp has no ports",
        "ip6 host 1.2.3.4 | 10 | no address of ip6",
        "ether host 1.2.3.4 | 12 | '1.2.3.4' is no MAC address",
        "port 80 # 443 | 9 | '#' has no meaning here",
        "bpf tcp | 5 | an expression in quotes is missing after bpf",
        "bpf 'tcp | 5 | this quote has no end"
      })
  void shouldSayWhatIsWrongAndWhere(String query, int character, String reason) {
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(() -> parse(query))
        .withMessage("query '%s', character %d: %s", query, character, reason)
        .satisfies(e -> assertThat(e.place()).isEqualTo(character - 1));
  }

  @Test
  void shouldBindAndAndOrEquallyFromTheLeftAndNotMore() {
    assertThat(parse("port 1 or port 2 and not port 3 or port 4"))
        .isEqualTo(parse("((port 1 or port 2) and (not port 3)) or port 4"));
    assertThat(parse("port 1 || port 2 && ! port 3"))
        .isEqualTo(parse("(port 1 or port 2) and not (port 3)"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "port 80 or 443 | port 80 or port 443",
        "tcp src port 80 or 443 and host 1.2.3.4 or 5.6.7.8 | tcp src port 80 or tcp src port 443 and host 1.2.3.4 or host 5.6.7.8",
        "host 10.0.0.1 | 10.0.0.1",
        "src or dst host 10.0.0.1 | host 10.0.0.1",
        "net 10.1 | net 10.1.0.0/16",
        "net 10.1.2.3/16 | net 10.1.0.0/16",
        "net 10.1.0.0 mask 255.255.0.0 | net 10.1.0.0/16",
        "proto tcp | tcp",
        "ip proto icmp | icmp",
        "portrange 80-80 | port 80",
        "ether proto 0x86dd | ether proto ip6",
        "after 3h ago | after 2026-11-27T10:00:00Z",
        "after 1d12h ago | after 2026-11-26T01:00:00Z",
        "after 2026-11-27 09:30 | after 2026-11-27T09:30:00Z",
        "after '2026-11-27 9:30:05.5' | after 2026-11-27T09:30:05.5Z",
        "after 2026-11-27 | after 2026-11-27T00:00:00Z",
        "after 2026-11-27T09:30 | after 2026-11-27T11:30:00+02:00",
        "after @1795771800 | after 2026-11-27T09:30:00Z"
      })
  void shouldTakeSeveralWordsForOneThing(String query, String same) {
    assertThat(parse(query)).isEqualTo(parse(same));
  }

  @Test
  void shouldTakeTimesWithoutAZoneForTheQuerys() {
    assertThat(parse("before 2026-07-01 12:00", ZoneId.of("Europe/Berlin")))
        .isEqualTo(parse("before 2026-07-01T10:00:00Z"));
  }

  @Test
  void shouldRefuseWhatIsNestedTooDeeply() {
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(() -> parse("(".repeat(100_000)))
        .withMessageContaining("words");
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(() -> parse("not ".repeat(500) + "tcp"))
        .withMessageContaining("deeper than 100");
  }

  @Test
  void shouldReadTheLongestChainOnASmallStack() throws InterruptedException {
    AtomicReference<TimeRange> range = new AtomicReference<>();
    String chain = "after 3h ago" + " and tcp".repeat(998);
    Thread small =
        new Thread(null, () -> range.set(TimeRange.of(parse(chain))), "small stack", 512 << 10);
    small.start();
    small.join();
    assertThat(range.get()).isEqualTo(TimeRange.of(parse("after 3h ago")));
  }

  @Test
  void shouldRefuseADurationOfAnyLength() {
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(() -> parse("after " + "1s".repeat(100_000) + " ago"))
        .withMessageContaining("is no time");
  }
}
