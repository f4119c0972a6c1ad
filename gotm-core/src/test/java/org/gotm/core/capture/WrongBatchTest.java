package org.gotm.core.capture;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A source that fills its batches wrongly gets an exception, whatever it puts in, and never kills
 * the process; the packets of such a batch are accounted for.
 */
class WrongBatchTest {
  private static final int PACKETS = 5;
  private static final int MEMORY = PACKETS * ScriptedSource.PACKET_LENGTH;

  private final Arena arena = Arena.ofShared();
  private final Ledger ledger = new Ledger();
  private final RecordingSink sink = new RecordingSink(ledger);
  private final MemorySegment memory = arena.allocate(MEMORY);
  private final PacketBatch batch = new PacketBatch(PACKETS);

  @AfterEach
  void close() {
    arena.close();
  }

  /** What ended the capture, whose second batch was filled as the test has it. */
  private Throwable failureOf(Consumer<PacketBatch> wrongness) {
    FlowCutter.Options options =
        FlowCutter.Options.defaults().withCapacityFlows(100).withCutoff(Cutoff.none());
    CaptureWorker worker =
        new CaptureWorker(
            new ScriptedSource(true)
                .packets(7)
                .gives(
                    handler -> {
                      fill();
                      wrongness.accept(batch);
                      handler.onBatch(batch);
                    })
                .packets(3),
            new FlowCutter(options, FlowListener.NONE, arena),
            sink,
            ledger,
            System::nanoTime);
    worker.run();
    assertThat(worker.hasEnded()).isTrue();
    return worker.failure();
  }

  private void fill() {
    batch.clear(memory);
    for (int i = 0; i < PACKETS; i++) {
      long offset = (long) i * ScriptedSource.PACKET_LENGTH;
      batch.add(offset, ScriptedSource.PACKET_LENGTH, ScriptedSource.PACKET_LENGTH, i, 0);
    }
  }

  private void assertRefused(Consumer<PacketBatch> wrongness, String... words) {
    assertThat(failureOf(wrongness))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(words);
    assertThat(ledger.get(Counter.DELIVERED)).isEqualTo(7 + PACKETS);
    assertThat(ledger.get(Counter.LOST_OUTPUT_FULL)).isEqualTo(PACKETS);
    assertThat(ledger.get(Counter.BYTES)).isEqualTo(7L * ScriptedSource.PACKET_LENGTH);
    assertThat(ledger.inMemory()).isZero();
  }

  @Test
  void shouldTakeABatchThatFillsItsMemoryToTheLastByte() {
    assertThat(failureOf(right -> {})).isNull();
    assertThat(ledger.get(Counter.WRITTEN)).isEqualTo(7 + PACKETS + 3);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, MEMORY + 1, 1L << 40, Long.MAX_VALUE})
  void shouldRefuseAnOffsetOutsideTheMemory(long offset) {
    assertRefused(wrong -> wrong.offsets[3] = offset, "packet 3", "offset=" + offset);
  }

  @ParameterizedTest
  @ValueSource(ints = {ScriptedSource.PACKET_LENGTH + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
  void shouldRefuseACapturedLengthThatIsNegativeOrLeavesTheMemory(int caplen) {
    int last = PACKETS - 1;
    assertRefused(wrong -> wrong.caplens[last] = caplen, "packet " + last, "caplen=" + caplen);
  }

  @ParameterizedTest
  @ValueSource(longs = {MEMORY - 1, MEMORY, Long.MAX_VALUE - 1})
  void shouldRefuseAPacketThatBeginsWithinTheMemoryAndEndsOutside(long offset) {
    assertRefused(
        wrong -> {
          wrong.offsets[0] = offset;
          wrong.caplens[0] = Integer.MAX_VALUE;
        },
        "packet 0");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE})
  void shouldRefuseANegativeWireLength(int wireLength) {
    assertRefused(wrong -> wrong.wireLengths[1] = wireLength, "wireLength=" + wireLength);
  }

  @Test
  void shouldRefuseMemoryOnTheHeap() {
    assertRefused(wrong -> wrong.segment = MemorySegment.ofArray(new byte[MEMORY]), "not native");
  }

  @Test
  void shouldRefuseMemoryThatWasFreed() {
    MemorySegment freed;
    try (Arena shortLived = Arena.ofConfined()) {
      freed = shortLived.allocate(MEMORY);
    }

    assertRefused(wrong -> wrong.segment = freed, "was freed");
  }

  @Test
  void shouldRefuseMemoryOfAnotherThread() throws InterruptedException {
    MemorySegment[] foreign = new MemorySegment[1];
    Thread owner =
        Thread.ofPlatform().start(() -> foreign[0] = Arena.ofConfined().allocate(MEMORY));
    owner.join();

    assertRefused(wrong -> wrong.segment = foreign[0], "another thread's");
  }

  @Test
  void shouldRefuseMemoryThatIsTooShortForThePackets() {
    assertRefused(wrong -> wrong.segment = memory.asSlice(0, MEMORY - 1), "packet 4", "299 bytes");
  }

  @Test
  void shouldRefuseNoMemoryAtAll() {
    assertRefused(wrong -> wrong.segment = MemorySegment.NULL, "within 0 bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, PACKETS + 1, Integer.MAX_VALUE})
  void shouldRefuseMorePacketsThanTheBatchHolds(int count) {
    assertThat(failureOf(wrong -> wrong.setCount(count)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("count=" + count);
    assertThat(ledger.get(Counter.DELIVERED)).isEqualTo(7);
  }

  @Test
  void shouldRefuseAPacketForAFullBatch() {
    assertThat(failureOf(full -> full.add(0, 1, 1, 0, 0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("full");
  }

  @Test
  void shouldTakeTheLargestBatchThereMayBe() {
    PacketBatch large = new PacketBatch(PacketBatch.MAX_CAPACITY);
    memory.setAtIndex(JAVA_BYTE, 0, (byte) 0);
    large.clear(memory);
    while (!large.isFull()) {
      large.add(0, 1, 1, 0, 0);
    }

    large.check();
    assertThat(large.count()).isEqualTo(1024);
  }
}
