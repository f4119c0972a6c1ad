package org.gotm.fleet.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gotm.store.query.QueryException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTextTest {
  @Test
  void shouldPutTheConditionFirstAndBothInBrackets() {
    assertThat(QueryText.within("net 10.0.0.0/8 or arp", "tcp or udp"))
        .isEqualTo("(net 10.0.0.0/8 or arp) and (tcp or udp)");
  }

  @Test
  void shouldLeaveOutWhatIsBlank() {
    assertThat(QueryText.within(" ", "tcp")).isEqualTo("tcp");
    assertThat(QueryText.within("tcp", "")).isEqualTo("tcp");
    assertThat(QueryText.within("", "")).isEmpty();
  }

  @Test
  void shouldNotHaveAValueAloneTakeTheKindOfTheCondition() {
    assertThat(QueryText.within("src net 10.0.0.0/8", "not 10.1.2.3"))
        .isEqualTo(
            "(src net 10.0.0.0/8) and (host 0.0.0.0 or not host 0.0.0.0) and (not 10.1.2.3)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp) or (udp", "tcp)", "(tcp", "bpf 'tcp", "tcp and", "host x"})
  void shouldRefuseAQueryThatIsWrongByItself(String query) {
    assertThatThrownBy(() -> QueryText.within("net 10.0.0.0/8", query))
        .isInstanceOf(QueryException.class);
  }
}
