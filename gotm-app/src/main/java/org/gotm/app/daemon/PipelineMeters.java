package org.gotm.app.daemon;

import org.gotm.app.metrics.OutputMeters;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.store.Output;

/** What the metrics tell of output and chunks. */
record PipelineMeters(Output output, ChunkPool pool) implements OutputMeters {
  @Override
  public long rotations() {
    return output.rotations();
  }

  @Override
  public long writeErrors() {
    return output.writeErrors();
  }

  @Override
  public long bytesOnDisk() {
    return output.bytesWritten();
  }

  @Override
  public int queueDepth() {
    return output.queueDepth();
  }

  @Override
  public long compressorNanos() {
    return output.compressorNanos();
  }

  @Override
  public int chunks() {
    return pool.size();
  }

  @Override
  public int chunksInUse() {
    return pool.inUse();
  }
}
