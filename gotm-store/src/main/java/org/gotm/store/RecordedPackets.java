package org.gotm.store;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.capture.PacketSink;
import org.gotm.core.flow.BatchFlows;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.source.PacketBatch;

/**
 * A way into a {@link Recording} for packets that come from no capture: every packet is kept, and
 * accounted for. One thread; several of them may write to one recording.
 */
public final class RecordedPackets implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment frameMemory = arena.allocate(PcapHeaderLayout.MAX_SNAPLEN);
  private final PacketBatch batch = new PacketBatch(1);
  private final BatchFlows flows = BatchFlows.none();
  private final Ledger ledger = new Ledger();
  private final PacketSink sink;
  private boolean closed;

  /** Packets of one link type. */
  RecordedPackets(Recording recording, int worker, int linkType) {
    sink = recording.sink(worker, linkType, ledger);
  }

  /**
   * Adds a packet that was captured whole.
   *
   * @param frame at most 262,144 bytes
   * @param timestampNanos nanoseconds since 1970 UTC
   * @return false if there was no room for it, and it is counted as lost
   * @throws IllegalArgumentException if the frame is longer
   * @throws IllegalStateException after {@link #close}
   */
  public boolean add(byte[] frame, long timestampNanos) {
    checkOpen();
    if (frame.length > frameMemory.byteSize()) {
      throw new IllegalArgumentException(
          "a frame of %d bytes: at most %d".formatted(frame.length, frameMemory.byteSize()));
    }
    MemorySegment.copy(frame, 0, frameMemory, JAVA_BYTE, 0, frame.length);
    return add(frameMemory, 0, frame.length, frame.length, timestampNanos);
  }

  /**
   * Adds a packet from native memory, which is copied.
   *
   * @param offset where in the segment it begins
   * @param caplen bytes that are there
   * @param wireLength bytes it had on the wire
   * @param timestampNanos nanoseconds since 1970 UTC
   * @return false if there was no room for it, and it is counted as lost
   */
  public boolean add(
      MemorySegment segment, long offset, int caplen, int wireLength, long timestampNanos) {
    checkOpen();
    batch.clear(segment);
    batch.add(offset, caplen, wireLength, timestampNanos, 0);
    batch.check();
    boolean taken = sink.accept(batch, 0, flows);
    sink.tick(System.nanoTime());
    ledger.add(Counter.RECEIVED, 1);
    ledger.add(Counter.DELIVERED, 1);
    ledger.add(Counter.KEPT, 1);
    ledger.add(Counter.LOST_OUTPUT_FULL, taken ? 0 : 1);
    return taken;
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("no packets can be added any more: closed");
    }
  }

  /** Hands on what waits in memory; to be called now and then where packets come seldom. */
  public void flush() {
    sink.finish();
  }

  /** The account of these packets. */
  public Ledger ledger() {
    return ledger;
  }

  /** Hands on what is left. Harmless when called twice. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      sink.finish();
      arena.close();
    }
  }
}
