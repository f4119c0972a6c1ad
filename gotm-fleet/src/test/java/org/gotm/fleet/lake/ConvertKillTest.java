package org.gotm.fleet.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.gotm.fleet.JavaProgram;
import org.gotm.fleet.cli.FleetMain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A conversion that is killed at moments of chance, until one comes to its end. */
class ConvertKillTest {
  private static final long START = Instant.parse("2026-11-27T13:00:00Z").getEpochSecond();
  private static final int FILES = 12;
  private static final int FLOWS = 2000;
  private static final int KILLS = Integer.getInteger("gotm.kills", 9);

  @TempDir private Path folder;

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void shouldNeitherLoseNorDoubleARecordWhenKilled() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Path spools = Files.createDirectory(folder.resolve("flows"));
    long sum = writeSpools(spools, random);

    int killed = 0;
    List<Integer> left = new ArrayList<>();
    while (true) {
      Process process = start(spools);
      if (killed < KILLS) {
        awaitProgress(process, spools, 1);
        process.waitFor(random.nextInt(100), TimeUnit.MILLISECONDS);
        process.destroyForcibly();
      }
      int exit = process.waitFor();
      killed += exit == 0 ? 0 : 1;
      left.add(spools.toFile().list().length);
      if (exit == 0) {
        break;
      }
      assertThat(exit).as("killed").isEqualTo(137);
    }

    System.out.println("killed with so many files left: " + left);
    assertThat(killed).isPositive();
    try (Stream<Path> kept = Files.list(spools)) {
      assertThat(kept).isEmpty();
    }
    assertThat(totals()).isEqualTo("%d,%d,%d".formatted(FILES * FLOWS, FILES * FLOWS, sum));
  }

  /** Files with records of the hours around theirs. */
  private static long writeSpools(Path spools, Random random) throws IOException {
    long sum = 0;
    long number = 1;
    for (int file = 0; file < FILES; file++) {
      List<TestFlow> flows = new ArrayList<>();
      for (int at = 0; at < FLOWS; at++) {
        long second = START + 3600L * file - random.nextInt(7200);
        TestFlow flow = new TestFlow(random, second * 1_000_000_000L, number++);
        sum += (long) flow.row.get("source_bytes");
        flows.add(flow);
      }
      TestSpool.write(spools.resolve("h%02d.flows".formatted(file)), flows);
    }
    return sum;
  }

  private Process start(Path spools) throws IOException {
    List<String> command = JavaProgram.command(FleetMain.class, "-Xmx256m");
    command.addAll(List.of("flows", "convert", spools.toString()));
    command.addAll(List.of("-lake", folder.resolve("lake").toString(), "-sensor", "north"));
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(folder.resolve("stderr").toFile())
        .start();
  }

  /** Until it has converted so many files more, or has ended. */
  private static void awaitProgress(Process process, Path spools, int files) throws Exception {
    int before = spools.toFile().list().length;
    while (process.isAlive() && spools.toFile().list().length > before - files) {
      process.waitFor(1, TimeUnit.MILLISECONDS);
    }
  }

  private String totals() throws Exception {
    return DuckDb.linesOf(
            "select count(*), count(distinct flow_id), sum(source_bytes) from read_parquet('"
                + folder
                + "/lake/*/*/*/*.parquet')")
        .getFirst();
  }
}
