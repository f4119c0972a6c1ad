package org.gotm.store.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.gotm.core.Seed;
import org.gotm.store.query.FlowQuery;
import org.gotm.store.query.Limits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers while flows come and go, files are finished, and others ask, too. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlowShowTest {
  private static final int FLOWS = 3000;
  private static final int ANSWERS = 20;
  private static final int ASKERS = 2;

  @TempDir Path output;
  private final SplittableRandom random = new SplittableRandom(Seed.of(FlowShowTest.class));
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicBoolean isOver = new AtomicBoolean();
  private final AtomicLong created = new AtomicLong();

  @AfterEach
  void close() {
    threads.shutdown();
  }

  /**
   * All records stay, so what there was when it was asked must be there, as it is or as it ended.
   */
  @Test
  void shouldTellEachFlowOnceThatWasThere() {
    try (FlowBed bed = new FlowBed(output, "eth0", 1 << 14, Duration.ZERO)) {
      CompletableFuture<Void> traffic = CompletableFuture.runAsync(() -> send(bed), threads);
      try {
        List<CompletableFuture<Void>> askers = new ArrayList<>();
        for (int asker = 0; asker < ASKERS; asker++) {
          askers.add(CompletableFuture.runAsync(() -> ask(bed), threads));
        }
        askers.forEach(CompletableFuture::join);
      } finally {
        isOver.set(true);
        traffic.join();
      }
      assertThat(bed.spool().lost()).isZero();
      assertThat(bed.log).isEmpty();
      assertThat(created.get()).isGreaterThan(FLOWS);
    }
  }

  private void send(FlowBed bed) {
    for (int round = 0; !isOver.get(); round++) {
      bed.send(random.nextInt(FLOWS));
      if (round % 50 == 0) {
        bed.pass(Duration.ofMillis(random.nextInt(100)));
        bed.awaitRoom();
      }
      if (round % 20_000 == 0) {
        bed.pass(Duration.ofMinutes(30));
      }
      created.set(bed.created());
    }
  }

  private void ask(FlowBed bed) {
    for (int i = 0; i < ANSWERS || created.get() < 2 * FLOWS; i++) {
      long before = created.get();
      Set<Long> told = numbers(bed);
      for (long number = 1; number <= before; number++) {
        assertThat(told.contains(number)).as("flow %d of %d", number, before).isTrue();
      }
    }
  }

  private Set<Long> numbers(FlowBed bed) {
    Set<Long> numbers = new HashSet<>();
    FlowQuery all = FlowQuery.parse("", FlowBed.START, ZoneOffset.UTC);
    FlowSearch search = new FlowSearch(all, Limits.NONE, null, note -> assertThat(note).isEmpty());
    FlowSearch.Target target =
        row -> {
          assertThat(numbers.add(row.flow().number())).as("told twice").isTrue();
          return 1;
        };
    try {
      assertThat(search.run(List.of(output), bed.spool()::showIn, target)).isTrue();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return numbers;
  }
}
