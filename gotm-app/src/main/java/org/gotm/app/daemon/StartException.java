package org.gotm.app.daemon;

/** Something needed at start cannot be had; the message is one line. The process exits with 1. */
public class StartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure at start that nothing else has led to.
   *
   * @param message what was asked, as {@code name=value}, what is wrong and what to do
   */
  public StartException(String message) {
    this(message, null);
  }

  /**
   * A failure at start.
   *
   * @param message what was asked, as {@code name=value}, what is wrong and what to do
   * @param cause the error underneath
   */
  public StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
