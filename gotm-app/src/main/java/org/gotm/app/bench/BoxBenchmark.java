package org.gotm.app.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.gotm.app.traffic.SyntheticTraffic;
import org.gotm.core.flow.Cutoff;
import org.gotm.ffm.linux.HugePages;
import org.gotm.store.api.Compression;

/**
 * Measures this machine step by step: the core, each way to compress, the disk, and all of it
 * together; and says what it can record and what limits it. A minute or less.
 */
final class BoxBenchmark {
  private static final int CORE_FLOWS = 1_000_000;
  private static final int CORE_PACKETS = 2_000_000;
  private static final int SMALL_FRAME = 84;
  private static final int LARGE_FRAME = 1_000;
  private static final int LARGE_PACKETS = 400_000;
  private static final int LARGE_FLOWS = 2_000;
  private static final long SEED = 7;
  private static final int BEST_OF = 5;

  private final Path folder;
  private final PrintStream out;

  /** A measurement that writes into a new folder below {@code folder}, and removes it again. */
  BoxBenchmark(Path folder, PrintStream out) {
    this.folder = folder;
    this.out = out;
  }

  int run() throws IOException, InterruptedException {
    print("machine: %d processors, Java %s", processors(), Runtime.version());
    try (HugePages memory = new HugePages()) {
      double corePackets = measureCore(memory);
      MemorySegment large =
          SyntheticTraffic.make(LARGE_FLOWS, LARGE_PACKETS, LARGE_FRAME, SEED, memory);
      double disk = measure("uncompressed to disk", large, Cutoff.none(), new Compression.None());
      double zstd = measure("zstd:1", large, Cutoff.none(), new Compression.Zstd(1));
      measure("gzip:1", large, Cutoff.none(), new Compression.Gzip(1));
      double cut =
          measure(
              "cutoff 64KiB, uncompressed", large, Cutoff.of(1000, 65536), new Compression.None());
      conclude(corePackets, disk, zstd, cut);
    }
    return 0;
  }

  private double measureCore(HugePages memory) {
    MemorySegment small =
        SyntheticTraffic.make(CORE_FLOWS, CORE_PACKETS, SMALL_FRAME, SEED, memory);
    CoreBenchmark core =
        new CoreBenchmark("memory", small, CORE_FLOWS, Cutoff.of(1000, 65536), false, memory);
    CoreBenchmark.Loop best = core.best(BEST_OF);
    print("core, 1 thread, 1 M flows: %s", best);
    return 1e9 / best.nanosPerPacket();
  }

  /** Sends the packets through worker, chunks and output; answers input bytes a second. */
  private double measure(String what, MemorySegment file, Cutoff cutoff, Compression compression)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path scratch = Files.createTempDirectory(folder, "bench-");
    try {
      SimulatedCapture capture = new SimulatedCapture(file, cutoff, compression, scratch);
      SimulatedCapture.Result result = capture.run(TimeUnit.SECONDS.toNanos(4));
      double bytesASecond = result.bytesIn() * 1e9 / result.nanos();
      print(
          "%-27s %6.2f Gbit/s in, %5.2f Mpps, %5.0f MB/s to files, %.2f us CPU a packet",
          what + ":",
          bytesASecond * 8 / 1e9,
          result.packets() * 1e3 / result.nanos(),
          result.bytesOut() * 1e3 / result.nanos(),
          result.cpuNanos() / 1e3 / result.packets());
      return bytesASecond;
    } finally {
      remove(scratch);
    }
  }

  private void conclude(double corePackets, double disk, double zstd, double cut) {
    print(
        "one worker sees up to %.1f million packets a second; without a cutoff this box records"
            + " %.1f Gbit/s uncompressed and %.1f Gbit/s with zstd, with a cutoff of 64 KiB up to"
            + " %.1f Gbit/s of frames of %d bytes",
        corePackets / 1e6, disk * 8 / 1e9, zstd * 8 / 1e9, cut * 8 / 1e9, LARGE_FRAME);
    print(
        "without a cutoff the limit is %s",
        disk < 0.6 * cut
            ? "the disk: give it a faster one, or cut flows off"
            : "the processor: give it more workers");
  }

  private void print(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static void remove(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> tree = Files.walk(folder)) {
      all = tree.sorted(Comparator.reverseOrder()).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }
}
