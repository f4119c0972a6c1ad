package org.gotm.fleet.lake;

import java.io.IOException;

/** A spool file that nothing can be made of; the message is one line and names it. */
final class DamagedSpoolException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedSpoolException(String message) {
    super(message);
  }
}
