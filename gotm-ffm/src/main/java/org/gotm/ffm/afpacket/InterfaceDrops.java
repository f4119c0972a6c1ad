package org.gotm.ffm.afpacket;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What an interface itself has dropped since the source was opened: no room in the card ({@code
 * rx_missed_errors}) or its FIFO ({@code rx_fifo_errors}), as libpcap counts it. One thread.
 *
 * <p>{@code rx_dropped} is left out: the kernel also counts there what it received well but nobody
 * wanted. An interface that is gone, or that has no such counters, adds nothing.
 */
final class InterfaceDrops {
  private static final List<String> COUNTERS = List.of("rx_missed_errors", "rx_fifo_errors");

  private final List<Path> files;
  private final long[] last;
  private long total;

  /**
   * Begins to count now.
   *
   * @param statistics the folder that the kernel keeps the counters of an interface in
   */
  InterfaceDrops(Path statistics) {
    files = COUNTERS.stream().map(statistics::resolve).toList();
    last = new long[files.size()];
    for (int i = 0; i < last.length; i++) {
      last[i] = Math.max(read(files.get(i)), 0);
    }
  }

  /** Begins to count those of an interface. */
  static InterfaceDrops of(String interfaceName) {
    return new InterfaceDrops(
        Path.of("/sys/class/net").resolve(interfaceName).resolve("statistics"));
  }

  /** The number of packets dropped until now; an interface made anew counts from zero again. */
  long total() {
    for (int i = 0; i < last.length; i++) {
      long now = read(files.get(i));
      if (now >= 0) {
        total += now >= last[i] ? now - last[i] : now;
        last[i] = now;
      }
    }
    return total;
  }

  private static long read(Path file) {
    try {
      return Long.parseUnsignedLong(Files.readString(file).strip());
    } catch (IOException | NumberFormatException e) {
      return -1; // no such interface or counter: nothing to add
    }
  }
}
