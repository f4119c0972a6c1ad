package org.gotm.ffm.ebpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("live")
class BpfMapTest {
  private static final int ENTRIES = 30;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment key = arena.allocate(JAVA_LONG);
  private final MemorySegment value = arena.allocate(JAVA_LONG);
  private BpfMap map;

  @BeforeEach
  void create() {
    VethPair.requireLive();
    map = BpfMap.hash("test", Long.BYTES, Integer.BYTES, ENTRIES);
  }

  @AfterEach
  void close() {
    if (map != null) {
      map.close();
    }
    arena.close();
  }

  private boolean update(long newKey, int newValue, int flags) {
    key.set(JAVA_LONG, 0, newKey);
    value.set(JAVA_INT, 0, newValue);
    return map.update(key, value, flags);
  }

  private int lookup(long wanted) {
    key.set(JAVA_LONG, 0, wanted);
    return map.lookup(key, value) ? value.get(JAVA_INT, 0) : -1;
  }

  private MemorySegment keys(int from, int count) {
    MemorySegment keys = arena.allocate(JAVA_LONG, count);
    for (int i = 0; i < count; i++) {
      keys.setAtIndex(JAVA_LONG, i, from + i);
    }
    return keys;
  }

  private MemorySegment values(int from, int count) {
    MemorySegment values = arena.allocate(JAVA_INT, count);
    for (int i = 0; i < count; i++) {
      values.setAtIndex(JAVA_INT, i, from + i);
    }
    return values;
  }

  @Test
  void shouldAnswerWhatWasPutInUntilItIsTakenOut() {
    assertThat(lookup(5)).isEqualTo(-1);
    assertThat(update(5, 7, BpfMap.ANY)).isTrue();
    assertThat(lookup(5)).isEqualTo(7);
    assertThat(map.delete(key)).isTrue();
    assertThat(lookup(5)).isEqualTo(-1);
    assertThat(map.delete(key)).isFalse();
  }

  @Test
  void shouldPutAKeyInOnlyIfTheFlagAllows() {
    assertThat(update(5, 7, BpfMap.EXIST)).isFalse();
    assertThat(update(5, 7, BpfMap.NO_EXIST)).isTrue();
    assertThat(update(5, 8, BpfMap.NO_EXIST)).isFalse();
    assertThat(lookup(5)).isEqualTo(7);
    assertThat(update(5, 9, BpfMap.EXIST)).isTrue();
    assertThat(lookup(5)).isEqualTo(9);
  }

  @Test
  void shouldRefuseNewKeysAloneWhenItIsFull() {
    for (int i = 0; i < ENTRIES; i++) {
      assertThat(update(i, i, BpfMap.NO_EXIST)).isTrue();
    }

    assertThat(update(ENTRIES, 1, BpfMap.ANY)).isFalse();
    assertThat(update(0, 1, BpfMap.ANY)).isTrue();
  }

  @Test
  void shouldSayHowManyOfABatchAreIn() {
    assertThat(map.updateBatch(keys(0, 20), values(100, 20), 20)).isEqualTo(20);
    assertThat(map.updateBatch(keys(20, 20), values(120, 20), 20)).isEqualTo(10);
    assertThat(map.updateBatch(keys(20, 20), values(120, 20), 0)).isZero();

    for (int i = 0; i < ENTRIES; i++) {
      assertThat(lookup(i)).isEqualTo(100 + i);
    }
    assertThat(lookup(ENTRIES)).isEqualTo(-1);
  }

  @Test
  void shouldTakeABatchOutWhateverIsMissingOfIt() {
    map.updateBatch(keys(0, ENTRIES), values(0, ENTRIES), ENTRIES);
    assertThat(map.deleteBatch(keys(3, 2), 2)).isEqualTo(2);

    assertThat(map.deleteBatch(keys(0, 10), 10)).isEqualTo(8);
    assertThat(map.deleteBatch(keys(0, 10), 10)).isZero();
    assertThat(map.deleteBatch(keys(0, ENTRIES + 5), ENTRIES + 5)).isEqualTo(20);
    assertThat(map.deleteBatch(keys(0, 1), 0)).isZero();
    assertThat(lookup(ENTRIES - 1)).isEqualTo(-1);
  }

  @Test
  void shouldShowAnArrayAsMemory() {
    try (BpfMap array = BpfMap.array("test", Long.BYTES, 1000, true);
        Arena mapping = Arena.ofConfined()) {
      MemorySegment memory = array.map(mapping);
      memory.setAtIndex(JAVA_LONG, 999, 5);
      key.set(JAVA_INT, 0, 999);

      assertThat(memory.byteSize()).isEqualTo(8000);
      assertThat(array.lookup(key, value)).isTrue();
      assertThat(value.get(JAVA_LONG, 0)).isEqualTo(5);

      value.set(JAVA_LONG, 0, 6);
      assertThat(array.update(key, value, BpfMap.ANY)).isTrue();
      assertThat(memory.getAtIndex(JAVA_LONG, 999)).isEqualTo(6);
    }
  }

  @Test
  void shouldSayWhyWhenAMapCannotBeMemory() {
    assertThatExceptionOfType(BpfException.class)
        .isThrownBy(() -> map.map(arena))
        .withMessageContaining("cannot map a map of eBPF into memory: ");
  }

  @Test
  void shouldSayWhyWhenItIsClosed() {
    map.close();

    assertThatExceptionOfType(BpfException.class)
        .isThrownBy(() -> lookup(1))
        .withMessage("cannot use a map of eBPF: Bad file descriptor");
    map = null;
  }
}
