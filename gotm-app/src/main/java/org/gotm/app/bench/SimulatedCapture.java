package org.gotm.app.bench;

import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.gotm.core.capture.CaptureWorker;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.chunk.ChunkAppender;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.ffm.libc.HugePages;
import org.gotm.store.Compression;
import org.gotm.store.Output;
import org.gotm.store.OutputOptions;

/** All that happens to a packet after the ring, with packets that are in memory already. */
final class SimulatedCapture {
  private static final int CAPACITY_FLOWS = 100_000;
  private static final int CHUNKS = 48;
  private static final int CHUNK_LENGTH = 1 << 20;
  private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final MemorySegment file;
  private final Cutoff cutoff;
  private final Compression compression;
  private final Path folder;

  /** What a run did and took. */
  record Result(long packets, long bytesIn, long bytesOut, long nanos, double cpuNanos) {}

  /** A capture of the packets of a pcap file in memory, again and again, into a folder. */
  SimulatedCapture(MemorySegment file, Cutoff cutoff, Compression compression, Path folder) {
    this.file = file;
    this.cutoff = cutoff;
    this.compression = compression;
    this.folder = folder;
  }

  Result run(long leastNanos) {
    try (HugePages memory = new HugePages()) {
      ChunkPool pool = new ChunkPool(CHUNKS, CHUNK_LENGTH, memory);
      Ledger ledger = new Ledger();
      try (Output output =
          Output.open(options(), pool, message -> {}, System::nanoTime, () -> {})) {
        FlowCutter cutter =
            new FlowCutter(
                new FlowCutter.Options(
                    CAPACITY_FLOWS, FLUSH_NANOS, cutoff, Cutoff.UNLIMITED, false),
                FlowListener.NONE,
                memory);
        ChunkAppender appender =
            new ChunkAppender(
                new ChunkAppender.Options(
                    0,
                    LinkType.ETHERNET,
                    TimestampPrecision.NANO,
                    PcapHeaderLayout.MAX_SNAPLEN,
                    FLUSH_NANOS,
                    0,
                    true),
                pool,
                output,
                ledger);
        long cpuBefore = cpuNanos();
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < leastNanos) {
          pass(cutter, appender, ledger);
        }
        output.finish();
        long nanos = System.nanoTime() - begin;
        return new Result(
            ledger.get(Counter.DELIVERED),
            ledger.get(Counter.BYTES),
            output.bytesWritten(),
            nanos,
            cpuNanos() - cpuBefore);
      }
    }
  }

  private void pass(FlowCutter cutter, ChunkAppender appender, Ledger ledger) {
    try (PcapFileSource source = PcapFileSource.of(file, "memory")) {
      CaptureWorker worker = new CaptureWorker(source, cutter, appender, ledger, System::nanoTime);
      worker.run();
      if (worker.failure() != null) {
        throw new IllegalStateException("the benchmark failed", worker.failure());
      }
    }
  }

  private OutputOptions options() {
    return new OutputOptions(
        new OutputOptions.Naming(folder, "bench", ZoneOffset.UTC, false),
        new OutputOptions.Rotation(0, 0),
        new OutputOptions.Format(TimestampPrecision.NANO, PcapHeaderLayout.MAX_SNAPLEN),
        compression,
        Runtime.getRuntime().availableProcessors(),
        FLUSH_NANOS,
        false);
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
