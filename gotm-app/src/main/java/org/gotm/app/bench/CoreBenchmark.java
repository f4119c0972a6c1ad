package org.gotm.app.bench;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.gotm.core.capture.CaptureWorker;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.capture.PacketSink;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.flow.FlowRecordLayout;
import org.gotm.core.flow.FlowRecordRing;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.ffm.linux.HugePages;

/**
 * The core alone, on one thread: decode, flow table and cutoff over a pcap file that is in memory,
 * with nothing written. The flows stay in the table from one loop to the next.
 */
final class CoreBenchmark {
  private static final long FLOW_TIMEOUT_NANOS = 60_000_000_000L;
  private static final int WARM_UP_LOOPS = 10;
  private static final int RECORDS = 1 << 16;

  private final String name;
  private final MemorySegment file;
  private final Ledger ledger = new Ledger();
  private final FlowCutter cutter;
  private final FlowRecordRing records;

  /** One pass over the file. */
  record Loop(long packets, long flows, long kept, double nanosPerPacket) {
    @Override
    public String toString() {
      return "packets=%d flows=%d kept=%d ns_per_packet=%.2f mpps=%.2f"
          .formatted(packets, flows, kept, nanosPerPacket, 1e3 / nanosPerPacket);
    }
  }

  /**
   * A benchmark over one file.
   *
   * @param name of the file, for messages
   * @param file a whole pcap file in native memory
   * @param hasRecords true to write records of the flows, which are thrown away
   * @param memory for the flow table
   */
  CoreBenchmark(
      String name,
      MemorySegment file,
      int capacityFlows,
      Cutoff cutoff,
      boolean hasRecords,
      HugePages memory) {
    this.name = name;
    this.file = file;
    records = hasRecords ? new FlowRecordRing(RECORDS, 0, 0, false, memory) : null;
    cutter =
        new FlowCutter(
            new FlowCutter.Options(
                capacityFlows,
                FLOW_TIMEOUT_NANOS,
                cutoff,
                Cutoff.UNLIMITED,
                FlowKeyOptions.defaults()),
            FlowListener.NONE,
            records,
            memory);
  }

  /** Goes over the file again and again, and tells of each time; the first ones are the JIT's. */
  void run(int loops, Consumer<Loop> each) {
    for (int i = 0; i < loops; i++) {
      each.accept(loop());
    }
  }

  /** The fastest of some loops after a warm-up. */
  Loop best(int loops) {
    Loop best = null;
    for (int i = 0; i < WARM_UP_LOOPS + loops; i++) {
      Loop loop = loop();
      if (i >= WARM_UP_LOOPS && (best == null || loop.nanosPerPacket < best.nanosPerPacket)) {
        best = loop;
      }
    }
    return best;
  }

  private Loop loop() {
    long packetsBefore = ledger.get(Counter.DELIVERED);
    long keptBefore = ledger.get(Counter.KEPT);
    try (PcapFileSource source = PcapFileSource.of(file, name)) {
      PacketSink sink = (batch, index, flows) -> true;
      CaptureWorker worker = new CaptureWorker(source, cutter, sink, ledger, System::nanoTime);
      long begin = System.nanoTime();
      worker.run();
      long nanos = System.nanoTime() - begin;
      throwRecordsAway();
      if (worker.failure() != null) {
        throw new IllegalStateException("the benchmark failed", worker.failure());
      }
      long packets = ledger.get(Counter.DELIVERED) - packetsBefore;
      long kept = ledger.get(Counter.KEPT) - keptBefore;
      return new Loop(packets, cutter.size(), kept, (double) nanos / Math.max(packets, 1));
    }
  }

  private void throwRecordsAway() {
    if (records != null) {
      records.release(records.readable().byteSize() / FlowRecordLayout.LENGTH);
    }
  }

  /** Probes of the table beyond the first of each look-up, a figure that needs no clock. */
  long probes() {
    return cutter.probes();
  }
}
