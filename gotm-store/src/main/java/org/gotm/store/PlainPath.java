package org.gotm.store;

import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkPool;

/** Records go into the file as they are: whole chunks where they lie, merged ones copied once. */
final class PlainPath implements RecordPath {
  /** Packets after which merged records are booked, so that few pieces wait to be settled. */
  private static final long PIECE_PACKETS = 4096;

  private final PcapWriter writer;
  private final ChunkPool pool;
  private final Tally tally = new Tally();

  PlainPath(PcapWriter writer, ChunkPool pool) {
    this.writer = writer;
    this.pool = pool;
    tally.clear();
  }

  @Override
  public boolean hasRoom() {
    return true;
  }

  @Override
  public void take(Chunk chunk, long nowNanos) {
    push(nowNanos);
    writer.prepare(chunk.startsFile(), chunk.length(), nowNanos);
    writer.append(chunk);
    tally.add(chunk);
    pool.release(chunk);
    push(nowNanos);
  }

  @Override
  public void takeRun(TimeMerge merge, long nowNanos) {
    if (merge.takeFileStart()) {
      push(nowNanos);
      writer.prepare(true, 0, nowNanos);
    } else if (tally.size() == 0) {
      writer.prepare(false, 0, nowNanos);
    }
    boolean first = writer.isEmpty() && tally.size() == 0;
    if (merge.copyRun(writer, writer.room(), first, tally) == 0) {
      push(nowNanos);
      writer.rotate(nowNanos);
      merge.copyRun(writer, writer.room(), true, tally);
    }
    if (tally.total() >= PIECE_PACKETS) {
      push(nowNanos);
    }
  }

  @Override
  public void push(long nowNanos) {
    if (tally.size() > 0) {
      writer.commit(tally, nowNanos);
      tally.clear();
    }
  }

  @Override
  public boolean collect(long nowNanos) {
    return false;
  }

  @Override
  public boolean isEmpty() {
    return tally.size() == 0;
  }
}
