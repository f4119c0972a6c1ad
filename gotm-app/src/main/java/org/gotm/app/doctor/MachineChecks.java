package org.gotm.app.doctor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gotm.core.failure.Reason;

/**
 * Looks at what the whole recording needs of the machine: memory, clock, and the output folder's
 * disk.
 */
final class MachineChecks {
  private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
  private static final Path CLOCK_SOURCE =
      Path.of("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  private static final Path BPF_COMPILER = Path.of("/proc/sys/net/core/bpf_jit_enable");
  private static final List<String> SLOW_CLOCKS = List.of("hpet", "acpi_pm", "jiffies");
  private static final long LITTLE_SPACE = 10L << 30;
  private static final int PIECE = 4 << 20;
  private static final int PIECES = 64;

  private final Path folder;
  private final List<HealthCheck> findings = new ArrayList<>();

  MachineChecks(Path folder) {
    this.folder = folder;
  }

  List<HealthCheck> findings() {
    hugePages();
    clock();
    bpf();
    disk();
    return findings;
  }

  private void hugePages() {
    String setting = read(HUGE_PAGES);
    if (setting.contains("[never]")) {
      findings.add(
          HealthCheck.bad(
              "huge pages are off: the flow table costs more time",
              "echo madvise > " + HUGE_PAGES));
    } else {
      findings.add(
          HealthCheck.ok(
              "huge pages for the flow table: " + (setting.isEmpty() ? "unknown" : setting)));
    }
  }

  private void clock() {
    String source = read(CLOCK_SOURCE);
    if (SLOW_CLOCKS.contains(source)) {
      findings.add(
          HealthCheck.bad("clock source " + source + " is slow", "echo tsc > " + CLOCK_SOURCE));
    } else {
      findings.add(HealthCheck.ok("clock source: " + (source.isEmpty() ? "unknown" : source)));
    }
  }

  private void bpf() {
    if (read(BPF_COMPILER).equals("0")) {
      findings.add(
          HealthCheck.bad(
              "programs of eBPF are interpreted: filters, and cutting flows in the kernel, cost more",
              "sysctl -w net.core.bpf_jit_enable=1"));
    }
  }

  private void disk() {
    Path existing = folder.toAbsolutePath();
    while (!Files.exists(existing)) {
      existing = existing.getParent();
    }
    try {
      FileStore store = Files.getFileStore(existing);
      String what =
          "write=%s: %.1f GiB free on %s"
              .formatted(folder, store.getUsableSpace() / (double) (1L << 30), store.type());
      findings.add(
          store.getUsableSpace() < LITTLE_SPACE
              ? HealthCheck.bad(what, "free space there, or choose another folder with -write")
              : HealthCheck.ok(what));
      findings.add(
          HealthCheck.note(
              String.format(Locale.ROOT, "writes %.0f MB/s to it", megabytesASecond(existing))));
    } catch (IOException e) {
      findings.add(
          HealthCheck.bad(
              "write=%s: cannot be written to: %s".formatted(folder, Reason.of(e)),
              "chown or choose another folder with -write"));
    }
  }

  private static double megabytesASecond(Path where) throws IOException {
    Path file = Files.createTempFile(where, ".gotm-doctor-", ".tmp");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
      long begin = System.nanoTime();
      for (int i = 0; i < PIECES; i++) {
        piece.clear();
        while (piece.hasRemaining()) {
          channel.write(piece);
        }
      }
      channel.force(true);
      return (double) PIECE * PIECES * 1e3 / (System.nanoTime() - begin);
    } finally {
      Files.delete(file);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return ""; // not this kind of machine
    }
  }
}
