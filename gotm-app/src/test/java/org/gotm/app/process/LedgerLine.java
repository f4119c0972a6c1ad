package org.gotm.app.process;

import java.util.HashMap;
import java.util.Map;

/**
 * A ledger as it is printed at the end.
 *
 * @param values numbers by name
 * @param line the whole line
 */
record LedgerLine(Map<String, Long> values, String line) {
  /** Reads a line such as {@code ledger total received=84 dropped=0 ...}. */
  static LedgerLine of(String line) {
    Map<String, Long> values = new HashMap<>();
    for (String word : line.split(" ")) {
      int equals = word.indexOf('=');
      String value = word.substring(equals + 1);
      if (equals > 0 && value.matches("-?\\d+")) {
        values.put(word.substring(0, equals), Long.valueOf(value));
      }
    }
    return new LedgerLine(values, line);
  }

  /** A number. */
  long get(String name) {
    return values.get(name);
  }

  /** Whether the sums match to the packet, reckoned here and not believed. */
  boolean isBalanced() {
    return get("received")
            == get("delivered") + get("dropped") + get("discarded") + get("cut_in_kernel")
        && get("delivered") == get("kept") + get("cut")
        && get("kept") == get("written") + get("lost_output_full") + get("lost_write_error")
        && get("in_memory") == 0
        && line.endsWith("balanced=yes");
  }
}
