package org.gotm.core.capture;

import java.lang.foreign.MemorySegment;

/** Sees each kept packet where it lies, without a copy. Hot path. */
@FunctionalInterface
public interface PacketHandler {

  /**
   * Sees one packet. The memory is valid only during the call.
   *
   * @param segment the memory that the packet lies in
   * @param offset where its first byte is
   * @param caplen bytes that are there
   * @param wireLength bytes it had on the wire
   * @param timestampNanos nanoseconds since 1970 UTC
   */
  void onPacket(
      MemorySegment segment, long offset, int caplen, int wireLength, long timestampNanos);
}
