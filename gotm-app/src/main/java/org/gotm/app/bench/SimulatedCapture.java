package org.gotm.app.bench;

import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import org.gotm.core.capture.CaptureWorker;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.capture.PacketSink;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.ffm.linux.HugePages;
import org.gotm.store.Recording;
import org.gotm.store.api.Compression;

/** All that happens to a packet after the ring, with packets that are in memory already. */
final class SimulatedCapture {
  private static final int CAPACITY_FLOWS = 100_000;
  private static final int CHUNKS = 48;
  private static final int CHUNK_LENGTH = 1 << 20;
  private static final Duration FLUSH = Duration.ofSeconds(1);

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
      try (Recording recording = open(pool)) {
        FlowCutter cutter =
            new FlowCutter(
                FlowCutter.Options.defaults()
                    .withCapacityFlows(CAPACITY_FLOWS)
                    .withTimeout(FLUSH)
                    .withCutoff(cutoff),
                FlowListener.NONE,
                memory);
        PacketSink sink = recording.sink(0, LinkType.ETHERNET, ledger);
        long cpuBefore = cpuNanos();
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < leastNanos) {
          pass(cutter, sink, ledger);
        }
        recording.finish();
        long nanos = System.nanoTime() - begin;
        return new Result(
            ledger.get(Counter.DELIVERED),
            ledger.get(Counter.BYTES),
            recording.bytesWritten(),
            nanos,
            cpuNanos() - cpuBefore);
      }
    }
  }

  private void pass(FlowCutter cutter, PacketSink sink, Ledger ledger) {
    try (PcapFileSource source = PcapFileSource.of(file, "memory")) {
      CaptureWorker worker = new CaptureWorker(source, cutter, sink, ledger, System::nanoTime);
      worker.run();
      if (worker.failure() != null) {
        throw new IllegalStateException("the benchmark failed", worker.failure());
      }
    }
  }

  private Recording open(ChunkPool pool) {
    return Recording.into(folder)
        .byPacketTime() // so that the worker waits for the disk
        .rotation(Duration.ZERO)
        .compression(compression)
        .compressorThreads(Runtime.getRuntime().availableProcessors())
        .flush(FLUSH)
        .pool(pool)
        .open();
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
