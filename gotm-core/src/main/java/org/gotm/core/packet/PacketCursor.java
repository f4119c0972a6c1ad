package org.gotm.core.packet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.gotm.core.memory.NativeMemory.ALL;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.gotm.core.memory.NativeMemory;

/**
 * The packet at hand, and how far the decoder has come in it. Each step reads one header, where the
 * cursor is, and moves the cursor behind it. One thread.
 *
 * <p>A step asks {@link #has} before it reads: nothing else bounds its reads to what was captured.
 * Offsets are from the cursor on; numbers are big-endian.
 */
final class PacketCursor {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** The network of the packet, which the steps add the identifiers to that they pass. */
  final Network network;

  private long address;
  private int captured;
  private int onWire;
  private boolean isCut;

  /** At no packet yet. */
  PacketCursor(Network network) {
    this.network = network;
  }

  /** Goes to the first byte of a packet of which {@code caplen} bytes are there. */
  void begin(long packet, int caplen, int wireLength) {
    address = packet;
    captured = caplen;
    onWire = wireLength;
    isCut = false;
  }

  /** The first byte from here on. */
  long address() {
    return address;
  }

  /** Bytes from here on that were captured; not above 0 if there are none. */
  int captured() {
    return captured;
  }

  /** True if so many bytes from here on were captured. */
  boolean has(int bytes) {
    if (captured >= bytes) {
      return true;
    }
    isCut |= onWire >= bytes;
    return false;
  }

  /**
   * True if a step asked for bytes that were on the wire and not captured: so what it did not find
   * may have been there.
   */
  boolean isCut() {
    return isCut;
  }

  /** Takes what lies behind the end of the packet on the wire for not captured. */
  void limit() {
    captured = Math.min(captured, onWire);
    isCut = false;
  }

  /** Bytes from here to the end of the packet on the wire; may be negative if it lies. */
  int onWire() {
    return onWire;
  }

  /** Moves on; beyond the captured bytes too, where there is nothing to read. */
  void skip(int bytes) {
    address += bytes;
    captured -= bytes;
    onWire -= bytes;
  }

  /**
   * A header says that the packet on the wire ends so many bytes from here. What was captured
   * behind is no more of it.
   */
  void endAfter(int bytes) {
    onWire = bytes;
    captured = Math.min(captured, bytes);
  }

  int uint8(int offset) {
    return ALL.get(JAVA_BYTE, NativeMemory.address(address + offset)) & 0xff;
  }

  int uint16(int offset) {
    return ALL.get(SHORT, NativeMemory.address(address + offset)) & 0xffff;
  }

  int int32(int offset) {
    return ALL.get(INT, NativeMemory.address(address + offset));
  }

  long int64(int offset) {
    return ALL.get(LONG, NativeMemory.address(address + offset));
  }
}
