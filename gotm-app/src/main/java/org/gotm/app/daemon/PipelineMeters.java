package org.gotm.app.daemon;

import org.gotm.app.metrics.OutputMeters;
import org.gotm.store.Recording;

/** What the metrics tell of output and chunks. */
record PipelineMeters(Recording recording) implements OutputMeters {
  @Override
  public long rotations() {
    return recording.rotations();
  }

  @Override
  public long writeErrors() {
    return recording.writeErrors();
  }

  @Override
  public long bytesOnDisk() {
    return recording.bytesWritten();
  }

  @Override
  public int queueDepth() {
    return recording.queueDepth();
  }

  @Override
  public long compressorNanos() {
    return recording.compressorNanos();
  }

  @Override
  public int chunks() {
    return recording.chunks();
  }

  @Override
  public int chunksInUse() {
    return recording.chunksInUse();
  }
}
