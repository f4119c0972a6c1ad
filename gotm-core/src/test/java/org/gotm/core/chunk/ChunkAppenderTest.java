package org.gotm.core.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gotm.core.chunk.ChunkTestbed.CHUNK_LENGTH;
import static org.gotm.core.chunk.ChunkTestbed.SECOND;
import static org.gotm.core.chunk.ChunkTestbed.fileSpan;
import static org.gotm.core.chunk.ChunkTestbed.options;
import static org.gotm.core.chunk.ChunkTestbed.packet;
import static org.gotm.core.chunk.ChunkTestbed.waiting;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gotm.core.capture.Counter;
import org.gotm.core.flow.BatchFlows;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When chunks are handed over, and what happens when there is none. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChunkAppenderTest {
  private static final int THIRD = CHUNK_LENGTH / 3 - 32;

  private final ChunkTestbed testbed = new ChunkTestbed(2);

  @Test
  void shouldHandOverWhenNextPacketDoesNotFit() {
    ChunkAppender appender = testbed.appender(options());
    for (int i = 0; i < 3; i++) {
      assertThat(testbed.append(appender, packet(THIRD), i)).isTrue();
    }
    assertThat(testbed.handedOver).isEmpty();

    assertThat(testbed.append(appender, packet(THIRD), 3)).isTrue();

    assertThat(testbed.handedOver).hasSize(1);
    assertThat(testbed.handedOver.getFirst().packets()).isEqualTo(3);
    appender.finish();
    assertThat(testbed.records()).hasSize(4);
    assertThat(testbed.records()).allMatch(record -> record.bytes().length == THIRD);
  }

  @Test
  void shouldTakeTheLargestPacketThatAFileMayHold() {
    ChunkAppender appender = testbed.appender(options(TimestampPrecision.NANO, CHUNK_LENGTH));
    byte[] largest = packet(PcapFileSource.MAX_CAPLEN);

    assertThat(testbed.append(appender, largest, 1)).isTrue();
    appender.finish();
    assertThat(testbed.records().getFirst().bytes()).isEqualTo(largest);
  }

  @Test
  void shouldLosePacketButHandOverNothingEmptyWhenItFitsIntoNoChunk() {
    ChunkAppender appender = testbed.appender(options());
    byte[] tooLarge = packet(CHUNK_LENGTH);

    assertThat(testbed.append(appender, packet(10), 1)).isTrue();
    assertThat(testbed.append(appender, tooLarge, 2)).isFalse();
    assertThat(testbed.append(appender, tooLarge, 3)).isFalse();
    assertThat(testbed.append(appender, packet(20), 4)).isTrue();
    appender.finish();

    assertThat(testbed.handedOver).extracting(Chunk::packets).containsExactly(1, 1);
  }

  @Test
  void shouldLosePacketsWhenNoChunkIsFree() {
    ChunkAppender appender = testbed.appender(options());
    int accepted = 0;
    for (int i = 0; i < 10; i++) {
      accepted += testbed.append(appender, packet(THIRD), i) ? 1 : 0;
    }
    assertThat(accepted).isEqualTo(6);

    testbed.releaseAll();
    assertThat(testbed.append(appender, packet(THIRD), 10)).isTrue();
  }

  @Test
  void shouldWaitForAChunkWhenItReadsAFile() throws InterruptedException {
    ChunkAppender appender = testbed.appender(waiting());
    for (int i = 0; i < 6; i++) {
      assertThat(testbed.append(appender, packet(THIRD), i)).isTrue();
    }
    AtomicBoolean accepted = new AtomicBoolean();
    CountDownLatch done = new CountDownLatch(1);
    Thread worker =
        Thread.ofPlatform()
            .start(
                () -> {
                  accepted.set(testbed.append(appender, packet(THIRD), 6));
                  done.countDown();
                });
    while (worker.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertThat(done.getCount()).isEqualTo(1);

    testbed.pool.release(testbed.handedOver.removeFirst());
    done.await();

    assertThat(accepted).isTrue();
  }

  @Test
  void shouldLosePacketAndStayInterruptedWhenInterruptedWhileItWaits() {
    ChunkAppender appender = testbed.appender(waiting());
    for (int i = 0; i < 6; i++) {
      testbed.append(appender, packet(THIRD), i);
    }
    Thread.currentThread().interrupt();

    assertThat(testbed.append(appender, packet(THIRD), 6)).isFalse();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void shouldHandOverPartOfAChunkAfterTheFlushInterval() {
    ChunkAppender appender = testbed.appender(options());
    testbed.append(appender, packet(10), 1);
    appender.tick(100 * SECOND);
    appender.tick(101 * SECOND - 1);
    assertThat(testbed.handedOver).isEmpty();

    appender.tick(101 * SECOND);

    assertThat(testbed.handedOver).hasSize(1);
    appender.tick(200 * SECOND);
    appender.finish();
    assertThat(testbed.handedOver).hasSize(1);
  }

  @Test
  void shouldNotWaitLongerBecauseMorePacketsCome() {
    ChunkAppender appender = testbed.appender(options());
    for (int i = 0; i <= 10; i++) {
      testbed.append(appender, packet(10), i);
      appender.tick(100 * SECOND + i * SECOND / 10);
    }

    assertThat(testbed.handedOver).hasSize(1);
    assertThat(testbed.handedOver.getFirst().packets()).isEqualTo(11);
  }

  @Test
  void shouldMeasureTheFlushIntervalFromTheNewChunk() {
    ChunkAppender appender = testbed.appender(options());
    testbed.append(appender, packet(10), 1);
    appender.tick(100 * SECOND);
    appender.tick(101 * SECOND);
    testbed.append(appender, packet(10), 2);
    appender.tick(500 * SECOND);
    appender.tick(501 * SECOND - 1);
    assertThat(testbed.handedOver).hasSize(1);

    appender.tick(501 * SECOND);

    assertThat(testbed.handedOver).hasSize(2);
  }

  @Test
  void shouldHandOverWhatIsAskedForWhenTheRingCanHaveNoMoreOfIt() {
    ChunkAppender appender = testbed.appender(options());
    testbed.append(appender, packet(10), 1);
    appender.tick(0);
    assertThat(appender.hasShown(5)).isFalse();
    appender.show(5);

    endBatch(appender, 4);
    appender.tick(1);
    assertThat(testbed.handedOver).isEmpty();
    endBatch(appender, 5);
    appender.tick(2);

    assertThat(testbed.handedOver).hasSize(1);
    assertThat(appender.hasShown(5)).isTrue();
    assertThat(appender.hasShown(6)).isFalse();
  }

  @Test
  void shouldHandOverWhatIsAskedForWhenNothingMoreComes() {
    ChunkAppender appender = testbed.appender(options());
    testbed.append(appender, packet(10), 1);
    endBatch(appender, 1);
    appender.tick(0);
    appender.show(5);

    appender.tick(1);
    assertThat(testbed.handedOver).isEmpty();
    appender.tick(2);

    assertThat(testbed.handedOver).hasSize(1);
    assertThat(appender.hasShown(5)).isTrue();
  }

  @Test
  void shouldHaveShownAllWhenNoWorkerHasPackets() {
    ChunkAppender appender = testbed.appender(options());
    assertThat(appender.hasShown(Long.MAX_VALUE)).isTrue();
    testbed.append(appender, packet(10), 1);
    appender.tick(0);
    assertThat(appender.hasShown(1)).isFalse();

    appender.finish();

    assertThat(appender.hasShown(Long.MAX_VALUE)).isTrue();
  }

  private static void endBatch(ChunkAppender appender, long nanos) {
    PacketBatch batch = new PacketBatch(1);
    batch.clear(MemorySegment.NULL);
    batch.add(0, 0, 0, nanos, 0);
    appender.endBatch(batch, BatchFlows.none());
  }

  @Test
  void shouldHandOverNothingWhenThereIsNothing() {
    ChunkAppender appender = testbed.appender(options());
    appender.tick(SECOND);
    appender.tick(100 * SECOND);
    appender.finish();

    assertThat(testbed.handedOver).isEmpty();
    assertThat(testbed.pool.inUse()).isZero();
  }

  @Test
  void shouldMarkChunksThatStartAFileByPacketTime() {
    ChunkTestbed large = new ChunkTestbed(10);
    ChunkAppender appender = large.appender(fileSpan(60 * SECOND));
    long start = 1000 * SECOND;
    for (long second : new long[] {0, 30, 59, 60, 61, 119, 120, 400, 419, 420}) {
      large.append(appender, packet(10), start + second * SECOND);
    }
    appender.finish();

    assertThat(large.handedOver).extracting(Chunk::packets).containsExactly(3, 3, 1, 2, 1);
    assertThat(large.handedOver)
        .extracting(Chunk::startsFile)
        .containsExactly(false, true, true, true, true);
  }

  @Test
  void shouldNotStartAFileBecauseTimeGoesBackALittle() {
    ChunkAppender appender = testbed.appender(fileSpan(60 * SECOND));
    for (long second : new long[] {1000, 990, 1010, 940, 1059}) {
      testbed.append(appender, packet(10), second * SECOND);
    }
    appender.finish();

    assertThat(testbed.handedOver).extracting(Chunk::packets).containsExactly(5);
  }

  @Test
  void shouldStartAFileAnewWhenTimeGoesBackByMoreThanItsSpan() {
    ChunkTestbed large = new ChunkTestbed(10);
    ChunkAppender appender = large.appender(fileSpan(60 * SECOND));
    for (long second : new long[] {1000, 900, 910, 970, 1030}) {
      large.append(appender, packet(10), second * SECOND);
    }
    appender.finish();

    assertThat(large.handedOver).extracting(Chunk::packets).containsExactly(1, 2, 1, 1);
    assertThat(large.handedOver)
        .extracting(Chunk::startsFile)
        .containsExactly(false, true, true, true);
  }

  @Test
  void shouldStartAFileAtEachJumpWhenTimeIsHostile() {
    ChunkTestbed large = new ChunkTestbed(10);
    ChunkAppender appender = large.appender(fileSpan(60 * SECOND));
    for (long second : new long[] {0, 4_294_967_295L, 5, 4_294_967_295L, 0}) {
      large.append(appender, packet(10), second * SECOND);
    }
    appender.finish();

    assertThat(large.handedOver).extracting(Chunk::packets).containsExactly(1, 1, 1, 1, 1);
    assertThat(large.handedOver)
        .extracting(Chunk::startsFile)
        .containsExactly(false, true, true, true, true);
  }

  @Test
  void shouldNotForgetThatAFileIsDueWhenNoChunkWasFree() {
    ChunkAppender appender = testbed.appender(fileSpan(60 * SECOND));
    testbed.append(appender, packet(10), 0);
    testbed.append(appender, packet(10), 70 * SECOND);
    assertThat(testbed.append(appender, packet(10), 130 * SECOND)).isFalse();
    testbed.releaseAll();

    assertThat(testbed.append(appender, packet(10), 131 * SECOND)).isTrue();
    appender.finish();

    assertThat(testbed.handedOver).hasSize(1);
    assertThat(testbed.handedOver.getFirst().startsFile()).isTrue();
  }

  @Test
  void shouldNotForgetThatAFileIsDueWhenThePacketFitsIntoNoChunk() {
    ChunkAppender appender = testbed.appender(fileSpan(60 * SECOND));
    testbed.append(appender, packet(10), 0);
    assertThat(testbed.append(appender, packet(CHUNK_LENGTH), 70 * SECOND)).isFalse();
    assertThat(testbed.append(appender, packet(10), 71 * SECOND)).isTrue();
    appender.finish();

    assertThat(testbed.handedOver).extracting(Chunk::startsFile).containsExactly(false, true);
  }

  @Test
  void shouldGiveBackAnEmptyChunkAtTheEnd() {
    ChunkAppender appender = testbed.appender(options());
    testbed.append(appender, packet(CHUNK_LENGTH), 1);

    appender.finish();

    assertThat(testbed.handedOver).isEmpty();
    assertThat(testbed.pool.inUse()).isZero();
  }

  @Test
  void shouldCountAsLostAndGiveBackAChunkThatTheSinkDidNotTake() {
    ChunkAppender appender = testbed.appender(options());
    testbed.append(appender, packet(10), 1);
    testbed.append(appender, packet(10), 2);
    testbed.failure = new IllegalStateException("sink");

    assertThatThrownBy(appender::finish).isSameAs(testbed.failure);

    assertThat(testbed.ledger.get(Counter.LOST_OUTPUT_FULL)).isEqualTo(2);
    assertThat(testbed.pool.inUse()).isZero();
  }
}
