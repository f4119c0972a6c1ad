package org.gotm.fleet.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.gotm.store.query.Query;
import org.junit.jupiter.api.Test;

class FlowQueriesTest {
  private static final long START =
      Instant.parse("2026-11-27T13:00:00Z").getEpochSecond() * 1_000_000;

  @Test
  void shouldMakeOneConditionOfRecordsBetweenTheSameEnds() {
    List<String> queries =
        FlowQueries.of(
            List.of(
                tcp(1000, START, START + 5),
                tcp(1000, START + 9, START + 12),
                tcp(1000, START + 3, START + 7)));

    String times =
        " and ((after 2026-11-27T13:00:00Z and before 2026-11-27T13:00:00.000008Z)"
            + " or (after 2026-11-27T13:00:00.000009Z and before 2026-11-27T13:00:00.000013Z)))";
    assertThat(queries)
        .containsExactly(
            "(tcp and host 10.0.0.1 and host 10.0.0.2 and port 1000 and port 443"
                + times
                + " or (tcp and host 10.0.0.1 and host 10.0.0.2 and not portrange 0-65535"
                + times
                + " or (icmp and (host 10.0.0.1 or host 10.0.0.2)"
                + times);
  }

  @Test
  void shouldMakeQueriesThatASensorTakes() {
    List<FoundFlow> flows = new ArrayList<>();
    for (int port = 1; port <= 2000; port++) {
      flows.add(tcp(port, START + port, START + port + 1000));
    }
    flows.add(flow(1, "2001:db8::1", null));
    flows.add(flow(null, "10.0.0.1", null));

    List<String> queries = FlowQueries.of(flows);

    assertThat(queries).hasSizeGreaterThan(2);
    for (String query : queries) {
      assertThat(query.length()).isLessThan(65536);
      assertThat(Query.parse(query, Instant.now(), ZoneOffset.UTC, null)).isNotNull();
    }
    assertThat(String.join(" or ", queries).split("\\(tcp")).hasSize(2002);
  }

  @Test
  void shouldNotAskForWhatHasNoWords() {
    assertThat(FlowQueries.of(List.of(flow(null, null, null)))).isEmpty();
  }

  private static FoundFlow tcp(int port, long start, long end) {
    return new FoundFlow("a", start, end, 6, "10.0.0.1", "10.0.0.2", port, 443, 1, null, null);
  }

  private static FoundFlow flow(Integer protocol, String address, Integer port) {
    return new FoundFlow("a", START, START, protocol, address, address, port, port, 1, null, null);
  }
}
