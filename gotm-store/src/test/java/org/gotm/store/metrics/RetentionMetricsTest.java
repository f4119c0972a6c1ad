package org.gotm.store.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.gotm.store.Recording;
import org.gotm.store.retain.Retainer;
import org.gotm.store.retain.Retention;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** As an embedder has them. */
@Timeout(60)
class RetentionMetricsTest {
  private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private double gauge(String name) {
    return registry.get(name).gauge().value();
  }

  @Test
  void shouldTellOfTheDiskAndOfWhatWasDeleted(@TempDir Path folder) throws Exception {
    Path day = Files.createDirectories(folder.resolve("2026/03/10"));
    Files.write(day.resolve("2026-03-10T10-00-00.pcap"), new byte[1000]);
    Files.write(day.resolve("2026-03-10T11-30-00.pcap"), new byte[1000]);
    try (Recording recording =
        Recording.into(folder)
            .zone(ZoneOffset.UTC)
            .clock(() -> NOW.getEpochSecond() * 1_000_000_000)
            .retention(Retention.none().withMaxAge(Duration.ofHours(1)))
            .open()) {
      Retainer retainer = recording.retainer().orElseThrow();
      new RetentionMetrics(retainer).bindTo(registry);
      while (retainer.sizeBytes() == 0) {
        Thread.onSpinWait();
      }

      assertThat(registry.get("gotm.retention.deleted.files").functionCounter().count()).isOne();
      assertThat(registry.get("gotm.retention.deleted.bytes").functionCounter().count())
          .isEqualTo(1000);
      assertThat(gauge("gotm.oldest.packet.timestamp.seconds"))
          .isEqualTo(NOW.getEpochSecond() - 1800);
      assertThat(gauge("gotm.disk.size.bytes"))
          .isEqualTo(Files.getFileStore(folder).getTotalSpace());
      assertThat(gauge("gotm.disk.free.bytes"))
          .isPositive()
          .isLessThan(gauge("gotm.disk.size.bytes"));
      assertThat(gauge("gotm.disk.full.in.seconds")).isPositive();
      assertThat(gauge("gotm.retention.trouble")).isZero();
    }
  }

  @Test
  void shouldHaveNoRetainerWhenRetentionIsNotAskedFor(@TempDir Path folder) {
    try (Recording recording = Recording.into(folder).open()) {
      assertThat(recording.retainer()).isEmpty();
    }
  }

  @Test
  void shouldKeepOtherLimitsFromTheNextLookOn(@TempDir Path folder) throws Exception {
    Path day = Files.createDirectories(folder.resolve("2026/03/10"));
    Path old = Files.write(day.resolve("2026-03-10T10-00-00.pcap"), new byte[1000]);
    Path young = Files.write(day.resolve("2026-03-10T11-30-00.pcap"), new byte[1000]);
    try (Recording recording =
        Recording.into(folder)
            .zone(ZoneOffset.UTC)
            .clock(() -> NOW.getEpochSecond() * 1_000_000_000)
            .retention(Retention.none())
            .open()) {
      Retainer retainer = recording.retainer().orElseThrow();
      while (retainer.sizeBytes() == 0) {
        Thread.onSpinWait();
      }
      assertThat(old).exists();

      retainer.use(Retention.none().withMaxAge(Duration.ofHours(1)));

      while (retainer.deletedFiles() == 0) {
        Thread.onSpinWait();
      }
      assertThat(old).doesNotExist();
      assertThat(young).exists();
    }
  }
}
