package org.gotm.store.flows;

import java.io.IOException;

/** A file that is no spool file, or of a version that is not known: one line. */
public final class SpoolFormatException extends IOException {
  private static final long serialVersionUID = 1;

  SpoolFormatException(String message) {
    super(message);
  }
}
