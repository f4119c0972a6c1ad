package org.gotm.ffm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.pcapfile.Captures;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a source has to do that captures from a network interface of Linux. */
@Tag("live")
public abstract class VethSourceContract extends LiveSourceContract {
  private static final int SHORTEST_FRAME = 14;
  private static final int LONGEST_FRAME = VethPair.LARGEST_MTU + 14;

  private VethPair pair;

  /** For subclasses. */
  protected VethSourceContract() {}

  /** Opens the source under test on an interface of this process's namespace. */
  protected abstract PacketSource open(String device);

  @BeforeEach
  void makePair() {
    pair = VethPair.create(VethPair.LARGEST_MTU);
  }

  @AfterEach
  void removePair() {
    if (pair != null) {
      pair.close();
    }
  }

  /** The cable of the test that runs. */
  protected final VethPair pair() {
    return pair;
  }

  @Override
  protected final PacketSource open(Path traffic) {
    return open(pair.name());
  }

  @Override
  protected final void send(Path traffic) {
    pair.send(traffic);
  }

  @Test
  void shouldDeliverRealTrafficAsItWasWhenSent() {
    List<byte[]> frames = new ArrayList<>();
    for (Captures.Capture capture : Captures.pcaps()) {
      if (capture.isSound() && capture.linkType().equals("ether")) {
        frames.addAll(sendable(capture.extractTo(folder)));
      }
    }
    SampleTraffic traffic = new SampleTraffic(frames);
    Path file = write(traffic);
    try (PacketSource source = open(file)) {
      send(file);
      new ReceivedPackets().await(source, frames.size()).assertEqualTo(traffic);
    }
  }

  private static List<byte[]> sendable(Path capture) {
    try (PacketSource source = PcapFileSource.open(capture)) {
      return new ReceivedPackets()
          .awaitEnd(source).frames().stream()
              .filter(frame -> frame.length >= SHORTEST_FRAME && frame.length <= LONGEST_FRAME)
              .toList();
    }
  }

  /** The shorter ones fit into the kernel's older calls, the longest is what the kernel takes. */
  @ParameterizedTest
  @ValueSource(ints = {15, 16, 127})
  void shouldDeliverWhenTheInterfaceIsAskedForByAnAlternativeName(int length) {
    String other = "alternative-name-".repeat(8).substring(0, length);
    pair.addName(other);
    Path file = write(SampleTraffic.mixed(100));
    try (PacketSource source = open(other)) {
      assertThat(source.name()).isEqualTo(other);
      send(file);
      assertThat(new ReceivedPackets().await(source, 100).count()).isEqualTo(100);
      assertThat(stats(source).received).isEqualTo(100);
      assertThat(source.error()).isNull();
    }
  }

  @Test
  void shouldTellTheTimeOfArrivalWhenPacketsCome() {
    Path file = write(SampleTraffic.mixed(10));
    try (PacketSource source = open(file)) {
      long before = nanos(Instant.now());
      send(file);
      List<Long> times = new ReceivedPackets().await(source, 10).timestampsNanos();

      long slack = TimeUnit.SECONDS.toNanos(1);
      assertThat(times).allMatch(time -> time >= before - slack);
      assertThat(times).allMatch(time -> time <= nanos(Instant.now()) + slack);
      assertThat(times).as("nanoseconds").anyMatch(time -> time % 1000 != 0);
    }
  }

  private static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }

  @Test
  void shouldSayWhatToDoWhenInterfaceIsDownAtStart() {
    pair.setDown();

    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> open(pair.name()))
        .withMessageContaining("interface=" + pair.name())
        .withMessageContaining("ip link set " + pair.name() + " up");
  }

  @Test
  void shouldNameTheInterfacesThereAreWhenItIsMissing() {
    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> open("absent0"))
        .withMessageContaining("interface=absent0")
        .withMessageContaining("no such interface")
        .withMessageContaining(pair.name());
  }

  @Test
  void shouldGoOnWhenInterfaceWasDownAndIsUpAgain() {
    Path file = write(SampleTraffic.mixed(100));
    try (PacketSource source = open(file)) {
      ReceivedPackets received = new ReceivedPackets();
      send(file);
      received.await(source, 100);
      pair.setDown();
      awaitError(source, received, true);
      assertThat(source.error()).contains(pair.name()).contains("down");
      pair.setUp();
      awaitError(source, received, false);
      send(file);

      assertThat(received.await(source, 200).count()).isEqualTo(200);
      assertThat(stats(source).received).isEqualTo(200);
    }
  }

  @Test
  void shouldGoOnWhenInterfaceWasRemovedAndIsBack() {
    Path file = write(SampleTraffic.mixed(100));
    try (PacketSource source = open(file)) {
      ReceivedPackets received = new ReceivedPackets();
      send(file);
      received.await(source, 100);
      pair.remove();
      awaitError(source, received, true);
      assertThat(source.error()).contains(pair.name()).contains("removed");
      pair.add();
      awaitError(source, received, false);
      send(file);

      assertThat(received.await(source, 200).count()).isEqualTo(200);
      assertThat(stats(source).received).isEqualTo(200);
    }
  }

  @Test
  void shouldGoOnWhenInterfaceWasInAnotherNamespaceAndIsBack() {
    assertThatItGoesOnAfter(() -> pair.moveAway(), () -> pair.moveBack());
  }

  @Test
  void shouldGoOnWhenInterfaceWasMadeAnewWithTheSameIndex() {
    int index = pair.index();
    assertThatItGoesOnAfter(() -> pair.remove(), () -> pair.add(index));
  }

  private void assertThatItGoesOnAfter(Runnable loss, Runnable comeback) {
    int index = pair.index();
    Path file = write(SampleTraffic.mixed(100));
    try (PacketSource source = open(file)) {
      ReceivedPackets received = new ReceivedPackets();
      send(file);
      received.await(source, 100);
      loss.run();
      awaitError(source, received, true);
      assertThat(source.error()).contains(pair.name()).contains("removed");
      comeback.run();
      assertThat(pair.index()).isEqualTo(index);
      awaitError(source, received, false);
      send(file);

      assertThat(received.await(source, 200).count()).isEqualTo(200);
      assertThat(stats(source).received).isEqualTo(200);
    }
  }

  @Test
  void shouldGoOnWhenInterfaceWasInAnotherNamespaceBetweenTwoPolls() {
    Path file = write(SampleTraffic.mixed(100));
    try (PacketSource source = open(file)) {
      ReceivedPackets received = new ReceivedPackets();
      pair.moveAway();
      pair.moveBack();
      awaitError(source, received, true);
      awaitError(source, received, false);
      send(file);

      assertThat(received.await(source, 100).count()).isEqualTo(100);
      assertThat(stats(source).received).isEqualTo(100);
    }
  }

  @Test
  void shouldTellWithinSecondsWhenInterfaceGoesDownAndUpUnderTraffic() throws Exception {
    Path file = write(SampleTraffic.mixed(100));
    try (PacketSource source = open(file);
        AutoCloseable sending = pair.sendForEver(file, 5_000)) {
      assertThat(sending).isNotNull();
      awaitError(source, new ReceivedPackets().await(source, 100), false);
      pair.setDown();
      assertThat(millisToError(source, true)).isLessThan(3_000);
      pair.setUp();
      assertThat(millisToError(source, false)).isLessThan(3_000);
    }
  }

  private static long millisToError(PacketSource source, boolean expected) {
    long begin = System.nanoTime();
    awaitError(source, new ReceivedPackets(), expected);
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
  }

  @Test
  void shouldDeliverWhatCameBeforeWhenInterfaceIsRemoved() {
    SampleTraffic traffic = SampleTraffic.mixed(500);
    Path file = write(traffic);
    try (PacketSource source = open(file)) {
      send(file);
      Await.until("500 packets in the ring", () -> stats(source).received == 500);
      pair.remove();

      new ReceivedPackets().await(source, 500).assertEqualTo(traffic);
    }
  }

  @Test
  void shouldBeBalancedWhenStoppedWhileInterfaceIsGone() {
    Path file = write(SampleTraffic.mixed(100));
    PacketSource source = open(file);
    try (RunningCapture running = new RunningCapture(source, 100)) {
      send(file);
      running.awaitPackets();
      pair.remove();
      Await.until("trouble", () -> source.error() != null);
      Ledger ledger = running.stopAndJoin().ledger();

      assertThat(ledger.get(Counter.RECEIVED)).isEqualTo(100);
      assertThat(ledger.isBalanced()).as(ledger.toString()).isTrue();
    }
  }

  private static void awaitError(PacketSource source, ReceivedPackets received, boolean expected) {
    Await.until(
        expected ? "trouble" : "the end of the trouble: " + source.error(),
        () -> {
          source.poll(received);
          return (source.error() != null) == expected;
        });
  }
}
