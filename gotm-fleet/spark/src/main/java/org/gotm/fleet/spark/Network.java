package org.gotm.fleet.spark;

import java.io.Serializable;
import java.net.InetAddress;

/**
 * A network of addresses.
 *
 * @param prefix an address in it, of 4 or 16 bytes
 * @param bits of it that count
 */
record Network(byte[] prefix, int bits) implements Serializable {

  /** Whether an address is in it. */
  boolean has(byte[] address) {
    if (address.length != prefix.length) {
      return false;
    }
    int whole = bits / 8;
    for (int at = 0; at < whole; at++) {
      if (address[at] != prefix[at]) {
        return false;
      }
    }
    int rest = bits % 8;
    return rest == 0 || (address[whole] ^ prefix[whole]) >> 8 - rest == 0;
  }

  /** An address as flow records spell it: IPv6 by RFC 5952. */
  static String text(InetAddress address) {
    String text = address.getHostAddress();
    return address.getAddress().length == 4 ? text : shortened(text);
  }

  /** The longest run of zeros, the first of equal ones, becomes {@code ::}. */
  private static String shortened(String eightGroups) {
    for (int zeros = 8; zeros > 1; zeros--) {
      String run = ":" + "0:".repeat(zeros);
      String padded = ":" + eightGroups + ":";
      int at = padded.indexOf(run);
      if (at >= 0) {
        String head = padded.substring(0, at);
        String tail = padded.substring(at + run.length());
        String inner = head + "::" + tail;
        return inner.substring(head.isEmpty() ? 0 : 1, inner.length() - (tail.isEmpty() ? 0 : 1));
      }
    }
    return eightGroups;
  }
}
