package org.gotm.app.classes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.TrafficClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Classes as users write them. */
class ClassRuleTest {
  private static final Cutoff REST = Cutoff.of(100, 8192);

  private static ClassRule parse(String text) {
    return ClassRule.parse(text, REST);
  }

  private static TrafficClass limited(long packets, long bytes) {
    return TrafficClass.of("a", Cutoff.of(packets, bytes));
  }

  @Test
  void shouldTakeWhatIsNotSaidFromTheOtherOptions() {
    assertThat(parse("a:port 53:bytes=32KiB").trafficClass()).isEqualTo(limited(100, 32768));
    assertThat(parse("a:port 53:packets=5").trafficClass()).isEqualTo(limited(5, 8192));
    assertThat(parse("a:port 53:packets=0,bytes=1MiB").trafficClass())
        .isEqualTo(limited(0, 1 << 20));
    assertThat(parse("a:port 53:headers").trafficClass())
        .isEqualTo(limited(100, 8192).withSnaplenAfterCut(96));
    assertThat(parse("a:port 53: headers=200 , bytes=9 ").trafficClass())
        .isEqualTo(limited(100, 9).withSnaplenAfterCut(200));
  }

  @Test
  void shouldKnowNeverAndDrop() {
    assertThat(parse("a:port 53:never").trafficClass().cutoff()).isEqualTo(Cutoff.none());
    assertThat(parse("a:port 53:drop").trafficClass()).isEqualTo(TrafficClass.dropped("a"));
  }

  @Test
  void shouldLeaveColonsToTheExpression() {
    ClassRule rule = parse("v6:host 2001:db8::1 or ether host 00:11:22:33:44:55:never");

    assertThat(rule.expression()).isEqualTo("host 2001:db8::1 or ether host 00:11:22:33:44:55");
    assertThat(rule.trafficClass().name()).isEqualTo("v6");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dns|not of three parts",
        "dns:port 53|not of three parts",
        "d ns:port 53:never|the name is not of letters, digits and _.-",
        "default:port 53:never|the name is that of the class of all other traffic",
        "dns:port 53:always|'always' is no cutoff",
        "dns:port 53:|'' is no cutoff",
        "dns:port 53:bytes|bytes is without a number",
        "dns:port 53:bytes=x|'x' is not a size such as 65536, 64KiB or 1GiB",
        "dns:port 53:headers=5|headers=5 is not from 14 to 262144",
        "dns:port 53:never,bytes=5|'never' is no cutoff"
      })
  void shouldSayWhatIsWrong(String text, String reason) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "class=" + text + ": " + reason + "; write NAME:EXPRESSION:CUTOFFS");
  }

  @Test
  void shouldReadLines() {
    List<ClassRule> rules =
        ClassRule.parseAll(
            List.of("# comment", "", "  dns:port 53:never", "tls:port 443:bytes=1"), REST);

    assertThat(rules).extracting(rule -> rule.trafficClass().name()).containsExactly("dns", "tls");
  }

  @Test
  void shouldRefuseANameThatIsGivenTwice() {
    assertThatThrownBy(() -> ClassRule.parseAll(List.of("a:port 1:never", "a:port 2:never"), REST))
        .hasMessageContaining("class=a:port 2:never: the name was given before");
  }
}
