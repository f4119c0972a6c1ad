package org.gotm.app.output;

/** The output cannot start; the message is one line that a user can act on. */
public class OutputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A refusal.
   *
   * @param message what was asked, what is wrong and what to do
   */
  public OutputException(String message) {
    super(message);
  }

  /**
   * A refusal with the error it came from.
   *
   * @param message what was asked, what is wrong and what to do
   * @param cause the error underneath
   */
  public OutputException(String message, Throwable cause) {
    super(message, cause);
  }
}
