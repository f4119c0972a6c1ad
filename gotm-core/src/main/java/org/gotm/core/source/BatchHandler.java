package org.gotm.core.source;

/** Takes packets from a source. Hot path. */
@FunctionalInterface
public interface BatchHandler {

  /**
   * Takes the packets of a batch. The batch and the memory it points into are valid only during
   * this call: what is to stay must be copied.
   *
   * @throws IllegalArgumentException if the source has filled the batch wrongly, see {@link
   *     PacketBatch#check}
   */
  void onBatch(PacketBatch batch);
}
