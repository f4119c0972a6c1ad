package org.gotm.app.queryserver;

/** Ends a search that nobody waits for any more. */
final class CancelledException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CancelledException(String reason) {
    super(reason, null, false, false);
  }
}
