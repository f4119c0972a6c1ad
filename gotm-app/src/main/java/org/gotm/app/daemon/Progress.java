package org.gotm.app.daemon;

import java.io.PrintStream;
import java.util.Locale;

/** A progress bar on the last line of a terminal, which log lines push down. One thread. */
final class Progress {
  private static final int WIDTH = 40;
  private static final String ERASE_LINE = "\r\u001b[K";

  private final PrintStream terminal;
  private final long totalBytes;
  private boolean drawn;

  /**
   * A bar that is not drawn yet.
   *
   * @param totalBytes when it is full, or -1 if that is not known: then there are only figures
   */
  Progress(PrintStream terminal, long totalBytes) {
    this.terminal = terminal;
    this.totalBytes = totalBytes;
  }

  /** True when standard error is a terminal that a person sees. */
  static boolean isWanted() {
    return System.console() != null && System.console().isTerminal();
  }

  void draw(long bytes, long packets) {
    String read =
        totalBytes < 0
            ? String.format(Locale.ROOT, "%,d MiB", bytes >> 20)
            : bar(Math.min(bytes, totalBytes));
    terminal.print(ERASE_LINE + read + String.format(Locale.ROOT, "  %,d packets", packets));
    terminal.flush();
    drawn = true;
  }

  private String bar(long bytes) {
    double share = totalBytes == 0 ? 1 : (double) bytes / totalBytes;
    int full = (int) (share * WIDTH);
    return String.format(
        Locale.ROOT,
        "[%s%s] %3d %%  %,d of %,d MiB",
        "=".repeat(full),
        " ".repeat(WIDTH - full),
        (int) (share * 100),
        bytes >> 20,
        totalBytes >> 20);
  }

  void clear() {
    if (drawn) {
      terminal.print(ERASE_LINE);
      terminal.flush();
      drawn = false;
    }
  }
}
