package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gotm.core.capture.Counter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A thread of the recording that fails with packets under way: each is booked, nobody waits. */
@Timeout(60)
class DeadThreadTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"none,1", "none,3", "gzip,1", "gzip,3", "zstd,1", "zstd,3"})
  void shouldBookEveryPacketWhenTheOutputThreadFails(String name, int workers) {
    try (Rig rig =
        new Rig(folder).compression(Rig.compressionNamed(name)).flushNanos(Rig.SECOND).open()) {
      TestWorker[] senders = new TestWorker[workers];
      for (int i = 0; i < workers; i++) {
        senders[i] = rig.expectedWorker(i);
      }
      rig.log.failAt("Rotating");
      for (int i = 0; i < 4000; i++) {
        senders[i % workers].send(Rig.START + i * 1000L, 1000);
        if (i == 2000) {
          rig.recording.rotate();
        }
      }
      rig.log.await("has failed", 1);
      for (TestWorker sender : senders) {
        sender.flush();
      }
      rig.recording.finish();

      assertThat(rig.recording.error()).contains("thread gotm-output has failed");
      assertThat(rig.recording.hasFailed()).isTrue();
      assertBooked(rig, senders);
    }
  }

  private static void assertBooked(Rig rig, TestWorker... senders) {
    for (TestWorker sender : senders) {
      assertThat(sender.ledger.isBalanced()).as(sender.ledger.toString()).isTrue();
      assertThat(sender.ledger.inMemory()).isZero();
    }
    while (rig.pool.inUse() > 0) { // a compressor may be at its last chunk
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest
  @CsvSource({"none,1", "none,3", "gzip,1", "gzip,3", "zstd,1", "zstd,3"})
  void shouldBookThePieceInHandWhenTheOutputThreadFailsBeforeIt(String name, int workers) {
    try (Rig rig =
        new Rig(folder).compression(Rig.compressionNamed(name)).rotation(0, 900_000).open()) {
      TestWorker[] senders = new TestWorker[workers];
      for (int i = 0; i < workers; i++) {
        senders[i] = rig.expectedWorker(i);
      }
      rig.log.failAt("Rotating");
      for (int i = 0; i < 4000; i++) {
        senders[i % workers].send(Rig.START + i * 1000L, 1000);
      }
      rig.log.await("has failed", 1);
      for (TestWorker sender : senders) {
        sender.flush();
      }
      rig.recording.finish();

      assertThat(rig.recording.error()).contains("thread gotm-output has failed");
      assertBooked(rig, senders);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void shouldSaySoAndGoOnWhenOneCompressorFails(String name) {
    Rig rig = new Rig(folder).compression(Rig.compressionNamed(name));
    AtomicBoolean failed = new AtomicBoolean();
    rig.yieldPriority =
        () -> {
          if (failed.compareAndSet(false, true)) {
            throw new OutOfMemoryError("the test lets one compressor fail");
          }
        };
    try (rig) {
      rig.open();
      TestWorker worker = rig.expectedWorker(0);
      worker.sendMany(4000, Rig.START, 1000);
      worker.flush();
      rig.recording.finish();

      rig.log.await("the test lets one compressor fail", 1);
      assertThat(worker.ledger.written()).isEqualTo(4000);
      assertBooked(rig, worker);
    }
  }

  @ParameterizedTest
  @CsvSource({"gzip,1", "zstd,3"})
  void shouldBookEveryPacketWhenNoCompressorIsLeft(String name, int workers) {
    Rig rig = new Rig(folder).compression(Rig.compressionNamed(name)).flushNanos(1_000_000);
    rig.yieldPriority =
        () -> {
          throw new OutOfMemoryError("the test lets compressors fail");
        };
    try (rig) {
      rig.open();
      TestWorker[] senders = new TestWorker[workers];
      for (int i = 0; i < workers; i++) {
        senders[i] = rig.expectedWorker(i);
        senders[i].sendMany(1000, Rig.START, 1000);
        senders[i].flush();
      }
      rig.log.await("could not be compressed", 1);
      rig.recording.finish();

      assertThat(rig.recording.error()).contains("could not be compressed");
      for (TestWorker sender : senders) {
        assertThat(sender.ledger.isBalanced()).as(sender.ledger.toString()).isTrue();
        assertThat(sender.ledger.get(Counter.LOST_WRITE_ERROR)).isEqualTo(1000);
      }
    }
  }
}
