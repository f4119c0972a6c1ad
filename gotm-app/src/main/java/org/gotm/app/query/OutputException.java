package org.gotm.app.query;

import java.io.IOException;
import org.gotm.core.failure.Reason;

/** The packets of an answer cannot be written; the message is one line. */
final class OutputException extends IOException {
  private static final long serialVersionUID = 1;

  OutputException(String target, IOException cause) {
    super("w=%s: cannot be written: %s".formatted(target, Reason.of(cause)), cause);
  }

  /** Whether the program behind the pipe has ended, which it may. */
  boolean isNobodyReading() {
    return "Broken pipe".equals(getCause().getMessage());
  }
}
