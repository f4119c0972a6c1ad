package org.gotm.store.query;

import java.lang.foreign.MemorySegment;

/** A test of packets that comes from elsewhere, such as a libpcap expression. One thread. */
@FunctionalInterface
public interface PacketTest {
  /**
   * True if the packet is one of those asked for.
   *
   * @param memory native, in which the packet is
   */
  boolean matches(int linkType, MemorySegment memory, long offset, int caplen, int wireLength);

  /**
   * Makes tests of expressions; throws {@link IllegalArgumentException} that says what is wrong.
   */
  @FunctionalInterface
  interface Compiler {
    /** The test of one expression. */
    PacketTest compile(String expression);
  }
}
