package org.gotm.store.query;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * The addresses that begin with the same bits; a single one has all bits.
 *
 * @param isIpv4 false for IPv6
 * @param high the first 64 bits; of IPv4 all 32, in the lower half
 * @param low the last 64 bits; 0 for IPv4
 * @param highMask which bits of {@code high} count
 * @param lowMask which bits of {@code low} count
 */
record Prefix(boolean isIpv4, long high, long low, long highMask, long lowMask) {
  static final int IPV4_BITS = 32;
  static final int IPV6_BITS = 128;
  private static final long IPV4_MASK = 0xffff_ffffL;

  /** The first bits of an address. */
  static Prefix of(InetAddress address, int bits) {
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    if (address instanceof Inet4Address) {
      long mask = mask(bits + IPV4_BITS) & IPV4_MASK;
      return new Prefix(true, bytes.getInt() & mask, 0, mask, 0);
    }
    long highMask = mask(Math.min(bits, Long.SIZE));
    long lowMask = mask(Math.max(bits - Long.SIZE, 0));
    return new Prefix(
        false, bytes.getLong() & highMask, bytes.getLong() & lowMask, highMask, lowMask);
  }

  private static long mask(int bits) {
    return bits == 0 ? 0 : -1L << Long.SIZE - bits;
  }

  /** True if it is but one address. */
  boolean isSingle() {
    return isIpv4 ? highMask == IPV4_MASK : (highMask & lowMask) == -1;
  }

  boolean contains(boolean ofIpv4, long addressHigh, long addressLow) {
    return ofIpv4 == isIpv4 && (addressHigh & highMask) == high && (addressLow & lowMask) == low;
  }
}
