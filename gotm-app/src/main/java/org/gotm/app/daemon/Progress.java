package org.gotm.app.daemon;

import java.io.PrintStream;

/**
 * A progress bar on the last line of a terminal, which log lines push down. Any thread; {@link
 * #clear} and {@link #draw} of different threads take turns.
 */
final class Progress {
  private static final int WIDTH = 40;
  private static final String ERASE_LINE = "\r\u001b[K";

  private final PrintStream terminal;
  private final long totalBytes;
  private boolean drawn;

  Progress(PrintStream terminal, long totalBytes) {
    this.terminal = terminal;
    this.totalBytes = Math.max(totalBytes, 1);
  }

  /** True when standard error is a terminal that a person sees. */
  static boolean isWanted() {
    return System.console() != null && System.console().isTerminal();
  }

  synchronized void draw(long bytes, long packets) {
    double share = Math.min(1.0, (double) bytes / totalBytes);
    int full = (int) (share * WIDTH);
    terminal.print(
        ERASE_LINE
            + "[%s%s] %3d %%  %,d of %,d MiB  %,d packets"
                .formatted(
                    "=".repeat(full),
                    " ".repeat(WIDTH - full),
                    (int) (share * 100),
                    Math.min(bytes, totalBytes) >> 20,
                    totalBytes >> 20,
                    packets));
    terminal.flush();
    drawn = true;
  }

  synchronized void clear() {
    if (drawn) {
      terminal.print(ERASE_LINE);
      terminal.flush();
      drawn = false;
    }
  }
}
