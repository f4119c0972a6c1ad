package org.gotm.store;

import java.lang.foreign.SegmentAllocator;
import java.util.concurrent.CancellationException;
import org.gotm.core.chunk.Chunk;

/**
 * Records go through the compressors in blocks, several at a time, and into the file in the order
 * in which they came.
 */
final class CompressedPath implements RecordPath {
  private final PcapWriter writer;
  private final CompressorPool compressors;
  private final Trouble trouble;
  private final Block[] blocks;
  private int head;
  private int submitted;
  private Block filling;

  /**
   * A path with enough blocks to keep all compressors busy.
   *
   * @param doorbell rung when a block is done
   */
  CompressedPath(
      PcapWriter writer,
      OutputParts parts,
      Trouble trouble,
      Doorbell doorbell,
      SegmentAllocator allocator) {
    this.writer = writer;
    this.compressors = parts.compressors();
    this.trouble = trouble;
    blocks = new Block[2 * parts.options().compressorThreads() + 2];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = new Block(parts.pool(), doorbell, allocator);
    }
  }

  /** There is a block to begin, besides the one that is being filled. */
  @Override
  public boolean hasRoom() {
    return submitted + (filling == null ? 0 : 1) < blocks.length;
  }

  @Override
  public void take(Chunk chunk, long nowNanos) {
    push(nowNanos);
    Block block = free();
    block.begin(chunk);
    submit(block);
  }

  @Override
  public void takeRun(TimeMerge merge, long nowNanos) {
    if (merge.takeFileStart()) {
      begin(true);
    } else if (filling == null) {
      begin(false);
    }
    Block block = filling;
    if (merge.copyRun(block, block.room(), block.isEmpty(), block.tally()) == 0) {
      begin(false);
      merge.copyRun(filling, filling.room(), true, filling.tally());
    }
  }

  private void begin(boolean startsFile) {
    push(0);
    filling = free();
    filling.begin(startsFile);
  }

  private Block free() {
    return blocks[(head + submitted) % blocks.length];
  }

  @Override
  public void push(long nowNanos) {
    if (filling != null) {
      submit(filling);
      filling = null;
    }
  }

  private void submit(Block block) {
    submitted++;
    compressors.submit(block);
  }

  @Override
  public boolean collect(long nowNanos) {
    boolean moved = false;
    while (submitted > 0 && blocks[head].isDone()) {
      write(blocks[head], nowNanos);
      head = (head + 1) % blocks.length;
      submitted--;
      moved = true;
    }
    return moved;
  }

  private void write(Block block, long nowNanos) {
    Throwable failure = block.failure();
    if (failure != null) {
      writer.lose(block.tally());
      if (!(failure instanceof CancellationException)) {
        trouble.report(
            Trouble.Cause.COMPRESS,
            "a chunk could not be compressed and is lost: " + failure,
            nowNanos);
      }
      return;
    }
    writer.prepare(block.startsFile(), block.outputLength(), nowNanos);
    writer.append(block.output(), 0, block.outputLength());
    writer.commit(block.tally(), nowNanos);
    if (trouble.isOn(Trouble.Cause.COMPRESS)) {
      trouble.succeeded(Trouble.Cause.COMPRESS, "compressing works again", nowNanos);
    }
  }

  @Override
  public boolean isEmpty() {
    return submitted == 0 && filling == null;
  }
}
