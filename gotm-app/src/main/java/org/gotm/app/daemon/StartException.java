package org.gotm.app.daemon;

/** Something needed at start cannot be had; the message is one line. The process exits with 1. */
public final class StartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure at start.
   *
   * @param message what was asked, as {@code name=value}, what is wrong and what to do
   * @param cause the error underneath
   */
  public StartException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * A failure that no other error is behind.
   *
   * @param message what was asked, as {@code name=value}, what is wrong and what to do
   */
  public StartException(String message) {
    super(message);
  }
}
