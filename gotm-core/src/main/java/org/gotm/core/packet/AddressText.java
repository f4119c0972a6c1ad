package org.gotm.core.packet;

import java.nio.ByteBuffer;

/**
 * Addresses as other tools spell them too, so that texts can be compared: IPv6 by RFC 5952. Some of
 * it runs for each flow. Any thread.
 */
public final class AddressText {
  private static final char[] HEX = "0123456789abcdef".toCharArray();
  private static final int GROUPS = 8;

  private AddressText() {}

  /**
   * An IP address.
   *
   * @param address 4 or 16 bytes, in the order of the network
   */
  public static String of(byte[] address) {
    ByteBuffer bytes = ByteBuffer.wrap(address);
    return address.length == Integer.BYTES
        ? ofIpv4(bytes.getInt())
        : ofIpv6(bytes.getLong(), bytes.getLong());
  }

  /** An IPv4 address. */
  public static String ofIpv4(int address) {
    return new StringBuilder(15)
        .append(address >>> 24)
        .append('.')
        .append(address >>> 16 & 0xff)
        .append('.')
        .append(address >>> 8 & 0xff)
        .append('.')
        .append(address & 0xff)
        .toString();
  }

  /** An IPv6 address: the longest run of zeros, the first of equal ones, is {@code ::}. */
  public static String ofIpv6(long high, long low) {
    int bestStart = -1;
    int bestLength = 1; // one group alone is not shortened
    int length = 0;
    for (int group = 0; group < GROUPS; group++) {
      length = group(high, low, group) == 0 ? length + 1 : 0;
      if (length > bestLength) {
        bestLength = length;
        bestStart = group - length + 1;
      }
    }
    StringBuilder text = new StringBuilder(39);
    for (int group = 0; group < GROUPS; group++) {
      if (group == bestStart) {
        text.append("::");
        group += bestLength - 1;
      } else {
        if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
          text.append(':');
        }
        text.append(Integer.toHexString(group(high, low, group)));
      }
    }
    return text.toString();
  }

  private static int group(long high, long low, int group) {
    long half = group < 4 ? high : low;
    return (int) (half >>> 48 - (group & 3) * 16) & 0xffff;
  }

  /** A MAC address, in the lower 48 bits. */
  public static String ofMac(long address) {
    char[] text = new char[17];
    for (int at = 0, shift = 44; shift >= 0; shift -= 4) {
      text[at++] = HEX[(int) (address >>> shift) & 0xf];
      if ((shift & 7) == 0 && shift > 0) {
        text[at++] = ':';
      }
    }
    return new String(text);
  }
}
