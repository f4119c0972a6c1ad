package org.gotm.ffm.kernelcut;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.source.CutOffload;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Entries of flows, in maps of the kernel. */
@Tag("live")
class CutEntriesTest {
  private static final int CAPACITY = 200;
  private static final long TCP = 6 << 8;
  private static final int SYN = 2;
  private static final long NOW = Long.MAX_VALUE;

  private final CutMaps maps = maps();
  private final CutEntries entries = new CutEntries(maps);

  private static CutMaps maps() {
    VethPair.requireLive();
    return new CutMaps(CAPACITY);
  }

  @AfterEach
  void close() {
    maps.close();
  }

  private static long[] key(int number) {
    int family = number % 3 == 0 ? FlowKeys.FAMILY_IPV6 : FlowKeys.FAMILY_IPV4;
    return new long[] {(long) number << 32 | TCP | family, 1000 + number, 1, 2, 3};
  }

  @Test
  void shouldFindWhatIsArmedOnceItIsFlushed() {
    Set<Integer> numbers = new HashSet<>();
    for (int i = 0; i < CAPACITY; i++) {
      numbers.add(entries.arm(key(i), 0, NOW));
    }
    entries.flush();

    assertThat(numbers).hasSize(CAPACITY).doesNotContain(CutOffload.NONE);
    assertThat(entries.armed()).isEqualTo(CAPACITY);
    for (int i = 0; i < CAPACITY; i++) {
      assertThat(numbers).contains(entries.find(key(i), 0));
    }
    assertThat(entries.find(key(CAPACITY), 0)).isEqualTo(CutOffload.NONE);
  }

  @Test
  void shouldRefuseMoreThanThereIsRoomFor() {
    for (int i = 0; i < CAPACITY; i++) {
      entries.arm(key(i), 0, NOW);
    }

    assertThat(entries.arm(key(CAPACITY), 0, NOW)).isEqualTo(CutOffload.NONE);
    assertThat(entries.refused()).isEqualTo(1);
  }

  @Test
  void shouldRefuseWhatTheProgramDoesNotKnow() {
    long icmp = 1 << 8;

    assertThat(entries.arm(new long[] {icmp | FlowKeys.FAMILY_IPV4, 1, 0, 0, 0}, 0, NOW))
        .isEqualTo(CutOffload.NONE);
    assertThat(entries.arm(new long[] {TCP | FlowKeys.FAMILY_MAC, 1, 0, 0, 0}, 0, NOW))
        .isEqualTo(CutOffload.NONE);
    assertThat(entries.refused()).isZero();
  }

  @Test
  void shouldTakeTheEntryThatWasGivenBackLastOfAll() {
    int first = entries.arm(key(0), 0, NOW);
    entries.flush();
    entries.disarm(first, key(0), 0);
    for (int i = 1; i < CAPACITY; i++) {
      assertThat(entries.arm(key(i), 0, NOW)).isNotEqualTo(first);
    }

    assertThat(entries.arm(key(CAPACITY), 0, NOW)).isEqualTo(first);
    entries.flush();
    assertThat(entries.find(key(0), 0)).isEqualTo(CutOffload.NONE);
    assertThat(entries.find(key(CAPACITY), 0)).isEqualTo(first);
  }

  @Test
  void shouldBeginNowAtZero() {
    int entry = entries.arm(key(1), 0, NOW);
    long now = TimeUnit.MILLISECONDS.toNanos(Instant.now().toEpochMilli());

    assertThat(entries.lastNanos(entry)).isBetween(now - 1_000_000_000L, now + 1_000_000_000L);
    for (int end = 0; end < 2; end++) {
      assertThat(entries.packets(entry, end)).isZero();
      assertThat(entries.bytes(entry, end)).isZero();
      assertThat(entries.payloadBytes(entry, end)).isZero();
    }
    assertThat(entries.isDead(entry)).isFalse();
  }

  /** The program has seen a SYN; the recorder has not read it yet. */
  @Test
  void shouldNotArmWhatASynInTheRingMayOpen() {
    byte[] syn = CutFrame.ipv4().flags(SYN).bytes();
    try (CutRig rig = CutRig.of(FlowKeyOptions.defaults(), 10)) {
      CutEntries ofRig = new CutEntries(rig.maps());
      long[] words = words(rig.flow(syn));
      long before = now();
      rig.run(syn);

      assertThat(ofRig.arm(words, 0, before)).isEqualTo(CutOffload.NONE);
      assertThat(ofRig.arm(words, 0, now() + 1_000_000_000L)).as("it was read").isNotNegative();
      assertThat(ofRig.refused()).isZero();
    }
  }

  @Test
  void shouldLetPassWhatASynOpensWhileItIsArmed() {
    for (CutFrame frame : List.of(CutFrame.ipv4(), CutFrame.ipv6())) {
      byte[] syn = frame.flags(SYN).bytes();
      try (CutRig rig = CutRig.of(FlowKeyOptions.defaults(), 10)) {
        CutEntries ofRig = new CutEntries(rig.maps());
        int entry = ofRig.arm(words(rig.flow(syn)), 0, NOW);
        rig.run(syn);
        ofRig.flush();

        assertThat(ofRig.isDead(entry)).isTrue();
      }
    }
  }

  private static long now() {
    return TimeUnit.MILLISECONDS.toNanos(Instant.now().toEpochMilli());
  }

  private static long[] words(FlowKey flow) {
    return new long[] {
      flow.meta(), flow.address0(), flow.address1(), flow.address2(), flow.address3()
    };
  }
}
