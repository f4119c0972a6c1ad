package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.gotm.store.api.FinishedFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who is told of finished files: when, and what it may do. */
@Timeout(60)
class FinishedListenerTest {
  @TempDir Path folder;

  static List<Throwable> failures() {
    return List.of(new IllegalStateException("not interested"), new NoClassDefFoundError("gone"));
  }

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump");
  }

  private static void send(Rig rig, TestWorker worker, int packets) {
    worker.sendMany(packets, Rig.START, 300);
    worker.flush();
    while (worker.ledger.inMemory() > 0) {
      Thread.onSpinWait();
    }
    rig.clock.addAndGet(Rig.SECOND);
  }

  /** Throws something that need not be declared. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable failure) throws E {
    throw (E) failure;
  }

  private Rig rig(Throwable failure) {
    Rig rig = new Rig(folder);
    rig.listener =
        file -> {
          rig.finished.add(file);
          FinishedListenerTest.<RuntimeException>sneak(failure);
        };
    return rig;
  }

  @ParameterizedTest
  @MethodSource("failures")
  void shouldLoseNothingWhenTheListenerFails(Throwable failure) {
    try (Rig rig = rig(failure).open()) {
      TestWorker worker = rig.expectedWorker(0);
      for (int i = 1; i <= 3; i++) {
        send(rig, worker, 10 * i);
        rig.recording.rotate();
        rig.log.await("who was told of it failed", i);
      }
      rig.clock.addAndGet(Rig.SECOND);
      rig.recording.finish();

      assertThat(rig.finished).extracting(FinishedFile::packets).containsExactly(10L, 20L, 30L, 0L);
      assertThat(Tool.finished(folder)).extracting(Tool::count).containsExactly(10, 20, 30, 0);
      assertThat(worker.ledger.written()).isEqualTo(60);
      assertThat(worker.ledger.isBalanced()).isTrue();
      assertThat(rig.recording.error()).isNull();
    }
  }

  @ParameterizedTest
  @MethodSource("failures")
  void shouldMendEachLeftoverOnceWhenTheListenerFails(Throwable failure) throws IOException {
    Path leftover = leftover();
    Files.copy(leftover, leftover.resolveSibling("en1_current.pcap.tmp"));
    try (Rig rig = rig(failure).open()) {
      rig.recording.finish();

      assertThat(rig.finished).extracting(FinishedFile::packets).containsExactly(20L, 20L);
      assertThat(rig.finished).doesNotHaveDuplicates();
      assertThat(rig.log.count("who was told of it failed")).isEqualTo(2);
      assertThat(rig.log.count("cannot be mended")).isZero();
      assertThat(Tool.files(folder, ".*current.*")).isEmpty();
    }
  }

  /** Leaves a file of 20 packets. */
  private Path leftover() {
    try (Rig rig = new Rig(folder).open()) {
      send(rig, rig.expectedWorker(0), 20);
      rig.recording.abandon();
      return rig.path("en0_current.pcap.tmp");
    }
  }

  @Test
  void shouldSaySoAndTryAgainWhenTheThreadThatMendsFails() {
    leftover();
    Rig rig = new Rig(folder);
    AtomicBoolean failed = new AtomicBoolean();
    rig.yieldPriority =
        () -> {
          if (failed.compareAndSet(false, true)) {
            throw new IllegalStateException("the test lets the first thread fail");
          }
        };
    try (rig) {
      rig.open();
      rig.log.await("the test lets the first thread fail", 1);
      rig.recording.finish();

      assertThat(rig.finished).extracting(FinishedFile::packets).containsExactly(20L);
    }
  }

  @Test
  void shouldStopAllTheSameWhenMendingTakesLong() {
    Path leftover = leftover();
    Rig rig = new Rig(folder);
    rig.yieldPriority = () -> LockSupport.parkNanos(40 * Rig.SECOND);
    try (rig) {
      rig.open();
      rig.recording.finish();

      assertThat(rig.log.count("leftovers are not all mended yet")).isEqualTo(1);
      assertThat(leftover.resolveSibling(leftover.getFileName() + ".leftover")).exists();
    }
  }

  @Test
  void shouldTellOfAFileOnlyWhenItCouldBeMoved() throws IOException {
    try (Rig rig = new Rig(folder).open()) {
      TestWorker worker = rig.expectedWorker(0);
      Path inTheWay = Files.writeString(rig.path("2017"), "");
      send(rig, worker, 10);
      rig.recording.rotate();
      rig.log.await("cannot move en0_current.pcap.tmp", 1);
      assertThat(rig.finished).isEmpty();
      assertThat(rig.recording.error()).contains("cannot move");
      assertThat(worker.ledger.written()).isEqualTo(10);

      Files.delete(inTheWay);
      send(rig, worker, 20);
      rig.recording.rotate();
      rig.log.await("moved", 2);
      rig.recording.finish();

      assertThat(rig.finished).extracting(FinishedFile::packets).containsExactly(10L, 20L, 0L);
      assertThat(rig.finished).allMatch(file -> Files.exists(file.path()));
      assertThat(rig.log.count("leftover")).isZero();
      assertThat(rig.recording.error()).isNull();
    }
  }
}
