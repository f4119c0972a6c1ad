package org.gotm.core.capture;

/** Sees each kept packet where it lies, without a copy. Hot path. */
@FunctionalInterface
public interface PacketHandler {

  /**
   * Sees one packet. It counts as written when this returns; what this throws ends the capture.
   *
   * @param packet valid only during the call; the same object each time
   */
  void onPacket(Packet packet);
}
