package org.gotm.store.order;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.PcapRecordLayout;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.store.TestWorker;

/** A merge with workers whose chunks go nowhere else, and no thread. */
final class MergeBed implements AutoCloseable {
  static final long FLUSH_NANOS = 1_000_000_000;

  /** Longer than the merge waits for anybody. */
  static final long WINDOW_OVER_NANOS = 10 * FLUSH_NANOS;

  static final int PACKET_LENGTH = 100;
  static final RecordFormat FORMAT =
      RecordFormat.pcap(TimestampPrecision.NANO, PcapHeaderLayout.MAX_SNAPLEN);
  static final int RECORD_LENGTH = PcapRecordLayout.HEADER_LENGTH + PACKET_LENGTH;

  /** What a run said of itself before it was taken. */
  record Taken(int packets, long firstNanos, long lastNanos, boolean startsFile) {}

  private final Arena arena = Arena.ofConfined();
  final List<Chunk> handedOver = new ArrayList<>();
  final ChunkPool pool = new ChunkPool(8, Chunk.MIN_CAPACITY, arena);
  final TimeMerge merge = new TimeMerge(pool, FLUSH_NANOS, FORMAT);

  /** A worker; what it hands over waits in {@link #handedOver}. */
  TestWorker worker(int number) {
    return new TestWorker(number, pool, handedOver::add);
  }

  /** A worker whose files are due by packet time. */
  TestWorker worker(int number, long fileSpanNanos) {
    return TestWorker.withFileSpan(number, pool, handedOver::add, fileSpanNanos);
  }

  /** Gives the merge what the workers have, in the order in which they handed it over. */
  void feed(TestWorker... workers) {
    for (TestWorker worker : workers) {
      worker.flush();
    }
    handedOver.forEach(chunk -> merge.add(chunk, 0));
    handedOver.clear();
  }

  /** All runs, taken whole. */
  List<Taken> takeAll() {
    List<Taken> taken = new ArrayList<>();
    for (Run run; (run = merge.next(0, true, Long.MIN_VALUE)) != null; ) {
      taken.add(new Taken(run.packets(), run.firstNanos(), run.lastNanos(), run.startsFile()));
      merge.taken();
    }
    return taken;
  }

  @Override
  public void close() {
    arena.close();
  }
}
