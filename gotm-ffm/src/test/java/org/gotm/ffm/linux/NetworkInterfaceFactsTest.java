package org.gotm.ffm.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.gotm.core.pcapfile.Tcpdump;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ethtool and ip are the judges. */
@Tag("live")
class NetworkInterfaceFactsTest {
  private VethPair pair;

  @BeforeEach
  void makePair() {
    Tcpdump.require("ethtool");
    pair = VethPair.create(9000);
  }

  @AfterEach
  void removePair() {
    if (pair != null) {
      pair.close();
    }
  }

  private NetworkInterfaceFacts facts() {
    return NetworkInterfaceFacts.of(pair.name()).orElseThrow();
  }

  private void offload(String name, String state) {
    Command.check("ethtool", "-K", pair.name(), name, state);
  }

  @Test
  void shouldTellStateAndMtuWhenInterfaceIsUp() {
    NetworkInterfaceFacts facts = facts();

    assertThat(facts.name()).isEqualTo(pair.name());
    assertThat(facts.isUp()).isTrue();
    assertThat(facts.isRunning()).isTrue();
    assertThat(facts.mtu()).hasValue(9000);
    assertThat(facts.hardwareType()).hasValue(1);
    assertThat(facts.speedMbit()).hasValue(10_000); // what the driver of veth says
  }

  @ParameterizedTest
  @ValueSource(strings = {"otherfacts0", "other-facts-of-a-long-name0"})
  void shouldTellTheSameWhenAskedByAnAlternativeName(String other) {
    pair.addName(other);
    NetworkInterfaceFacts facts = NetworkInterfaceFacts.of(other).orElseThrow();

    assertThat(facts.name()).isEqualTo(other);
    assertThat(facts.mtu()).hasValue(9000);
    assertThat(facts.speedMbit()).hasValue(10_000);
    assertThat(facts.offloads()).isEqualTo(facts().offloads());
    pair.deleteName(other);
    assertThat(NetworkInterfaceFacts.of(other)).isEmpty();
  }

  @Test
  void shouldTellItWhenInterfaceIsDown() {
    pair.setDown();

    assertThat(facts().isUp()).isFalse();
    assertThat(facts().isRunning()).isFalse();
  }

  @Test
  void shouldCountQueuesAsEthtoolDoesWhenDriverTellsThem() {
    String channels = Command.check("ethtool", "-l", pair.name());
    int now = Integer.parseInt(channels.replaceAll("(?s).*Current.*?RX:\\s+(\\d+).*", "$1"));

    assertThat(facts().queues()).map(NetworkInterfaceFacts.Setting::now).contains(now);
  }

  @Test
  void shouldLeaveOutWhatTheDriverDoesNotTell() {
    assertThat(facts().ring()).isEmpty();
    assertThat(facts().driver()).isEmpty();
  }

  @Test
  void shouldBeEmptyWhenThereIsNoSuchInterface() {
    assertThat(NetworkInterfaceFacts.of("absent0")).isEmpty();
    assertThat(NetworkInterfaceFacts.of("a-name-that-no-interface-can-have")).isEmpty();
    assertThat(NetworkInterfaceFacts.of("longer-than-any-name-can-be-".repeat(20))).isEmpty();
  }

  @Test
  void shouldTellEachOffloadWhenOnlyThatIsOn() {
    offload("tx", "on"); // TSO needs it
    offload("tso", "off");
    offload("gso", "off");
    for (String name : List.of("gro", "tso", "gso")) {
      offload(name, "on");
      Offloads offloads = Offloads.of(pair.name());

      assertThat(offloads.gro()).contains(name.equals("gro"));
      assertThat(offloads.tso()).contains(name.equals("tso"));
      assertThat(offloads.gso()).contains(name.equals("gso"));
      assertThat(offloads.lro()).contains(false);
      assertThat(offloads.joinPackets()).isTrue();
      offload(name, "off");
    }
  }

  @Test
  void shouldBeContentWhenTheRemedyWasApplied() {
    offload("gro", "on");
    offload("gso", "on");
    Command.check(List.of(Offloads.remedy(pair.name()).split(" ")));

    assertThat(Offloads.of(pair.name()).joinPackets()).isFalse();
  }

  @Test
  void shouldKnowNothingWhenThereIsNoSuchInterface() {
    Offloads offloads = Offloads.of("absent0");

    assertThat(offloads)
        .isEqualTo(
            new Offloads(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()));
    assertThat(offloads.joinPackets()).isFalse();
  }
}
