package org.gotm.fleet.spark;

import java.io.Serializable;

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
}
