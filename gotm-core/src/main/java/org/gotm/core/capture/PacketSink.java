package org.gotm.core.capture;

import org.gotm.core.chunk.ChunkAppender;
import org.gotm.core.source.PacketBatch;

/**
 * Where a worker puts the packets it keeps. Hot path. One thread: the worker's.
 *
 * <p>The daemon's sink is the {@link ChunkAppender}; who embeds the library gives a {@link
 * PacketHandler}.
 */
public interface PacketSink {

  /**
   * Takes packet {@code index} of the batch, copying what it wants to keep.
   *
   * @return false if there was no room, and the packet is lost
   */
  boolean accept(PacketBatch batch, int index);

  /**
   * Called after every poll, so that what waits in memory can be handed on in time.
   *
   * @param nowNanos the worker's monotonic clock
   */
  default void tick(long nowNanos) {}

  /** No more packets come: hands on what is left. */
  default void finish() {}

  /** A sink that calls a handler for each packet and never loses one. */
  static PacketSink of(PacketHandler handler) {
    return (batch, index) -> {
      handler.onPacket(
          batch.segment,
          batch.offsets[index],
          batch.caplens[index],
          batch.wireLengths[index],
          batch.timestampsNanos[index]);
      return true;
    };
  }
}
