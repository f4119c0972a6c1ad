package org.gotm.app.shunt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DumbnoShuntTest {
  private static DumbnoShunt to(UdpPeer peer) {
    return at("localhost", peer.port());
  }

  private static DumbnoShunt at(String host, int port) {
    return new DumbnoShunt(InetSocketAddress.createUnresolved(host, port));
  }

  @Test
  void shouldAskForPortsInTheWordsOfTheOriginal() throws ShuntException {
    try (UdpPeer peer = new UdpPeer(request -> "ok")) {
      to(peer).filter(Flows.TCP);

      assertThat(peer.next())
          .isEqualTo(
              "{\"src\":\"10.0.0.9\",\"dst\":\"10.0.0.1\",\"sport\":40000,\"dport\":443,"
                  + "\"proto\":\"tcp\"}");
    }
  }

  @Test
  void shouldAskForAllOfIpWhereThereAreNoPorts() {
    String all = "{\"src\":\"10.0.0.9\",\"dst\":\"10.0.0.1\",\"proto\":\"ip\"}";

    assertThat(DumbnoShunt.request(Flows.ipv4(1, 77, 77))).as("an echo").isEqualTo(all);
    assertThat(DumbnoShunt.request(Flows.ipv4(47, 0, 0))).as("GRE").isEqualTo(all);
    assertThat(DumbnoShunt.request(Flows.ipv4(17, 0, 0))).as("fragments").isEqualTo(all);
  }

  @Test
  void shouldNameProtocolAndAddressesAsText() {
    assertThat(DumbnoShunt.request(Flows.ipv6(17, 53, 1053)))
        .matches(
            "\\{\"src\":\"2001:db8:[0:]*9\",\"dst\":\"2001:db8:[0:]*1\",\"sport\":53,"
                + "\"dport\":1053,\"proto\":\"udp\"}");
    assertThat(DumbnoShunt.request(Flows.ipv4(132, 1, 2))).contains("\"proto\":\"sctp\"");
  }

  @Test
  void shouldBeJsonToOthers(@TempDir Path folder) throws IOException {
    Command.require("jq");
    Path file = folder.resolve("requests");
    Files.write(
        file,
        List.of(DumbnoShunt.request(Flows.TCP), DumbnoShunt.request(Flows.ipv6(58, 128, 128))));

    assertThat(Command.check("jq", "-c", "keys", file.toString()).lines())
        .containsExactly(
            "[\"dport\",\"dst\",\"proto\",\"sport\",\"src\"]", "[\"dst\",\"proto\",\"src\"]");
  }

  @Test
  void shouldTakeOnlyWhatIsOfIp() {
    DumbnoShunt shunt = at("localhost", 9000);

    assertThat(shunt.takes(Flows.TCP)).isTrue();
    assertThat(shunt.takes(Flows.ipv6(6, 1, 2))).isTrue();
    assertThat(shunt.takes(Flows.arp())).isFalse();
    assertThat(shunt.takes(Flows.mac(0x88cc))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"err", "", "okay", "\u001b[2Jok", "ok\u0000"})
  void shouldFailWhenTheAnswerIsNotOk(String answer) {
    try (UdpPeer peer = new UdpPeer(request -> answer)) {
      assertThatThrownBy(() -> to(peer).filter(Flows.TCP))
          .isInstanceOf(ShuntException.class)
          .hasMessageStartingWith("the answer is not ok but '")
          .hasMessageNotContaining("\u001b")
          .hasMessageNotContaining("\u0000");
    }
  }

  @Test
  void shouldLookAtTheBeginningOfALongAnswerOnly() {
    try (UdpPeer peer = new UdpPeer(request -> "no".repeat(10_000))) {
      assertThatThrownBy(() -> to(peer).filter(Flows.TCP))
          .isInstanceOf(ShuntException.class)
          .message()
          .hasSizeLessThan(300);
    }
  }

  @Test
  void shouldFailWhenThereIsNoAnswer() {
    try (UdpPeer peer = new UdpPeer(request -> null)) {
      long began = System.nanoTime();
      assertThatThrownBy(() -> to(peer).filter(Flows.TCP)).hasMessage("no answer in 2 s");
      assertThat(System.nanoTime() - began).isGreaterThan(1_900_000_000L);
    }
  }

  /** The first was given up; its answer comes just before that to the second. */
  @Test
  void shouldNotTakeALateAnswerForThatOfTheNextRequest() {
    AtomicInteger requests = new AtomicInteger();
    AtomicReference<UdpPeer> self = new AtomicReference<>();
    UnaryOperator<String> answers =
        request -> {
          if (requests.incrementAndGet() == 1) {
            return null;
          }
          self.get().answerFirst("ok");
          return "no";
        };
    try (UdpPeer peer = new UdpPeer(answers)) {
      self.set(peer);
      DumbnoShunt shunt = to(peer);
      assertThatThrownBy(() -> shunt.filter(Flows.TCP)).hasMessage("no answer in 2 s");
      assertThatThrownBy(() -> shunt.filter(Flows.TCP)).hasMessageContaining("'no'");
    }
  }

  @Test
  void shouldFailAtOnceWhenNobodyListens() {
    // A port that no other socket is given by chance.
    assertThatThrownBy(() -> at("localhost", 1).filter(Flows.TCP))
        .hasMessage("nobody listens there");
  }

  @Test
  void shouldFailWhenTheNameIsNotKnown() {
    assertThatThrownBy(() -> at("no-such-host.invalid", 9000).filter(Flows.TCP))
        .hasMessage("the host is not known");
  }

  @Test
  void shouldTakeAnOkWithALineEnd() {
    try (UdpPeer peer = new UdpPeer(request -> "ok\n")) {
      assertThatCode(() -> to(peer).filter(Flows.ipv4(50, 0, 0))).doesNotThrowAnyException();
    }
  }
}
