package org.gotm.app.shunt;

/** A flow was not filtered. */
final class ShuntException extends Exception {
  private static final long serialVersionUID = 1;

  /** With what went wrong, in words that are the same each time it does. */
  ShuntException(String message) {
    super(message);
  }

  /** With what went wrong, and what that came of. */
  ShuntException(String message, Throwable cause) {
    super(message, cause);
  }
}
