package org.gotm.store.api;

/** The output cannot start; the message is one line that a user can act on. */
public class RecordingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A refusal.
   *
   * @param message what was asked, what is wrong and what to do
   */
  public RecordingException(String message) {
    super(message);
  }

  /**
   * A refusal with the error it came from.
   *
   * @param message what was asked, what is wrong and what to do
   * @param cause the error underneath
   */
  public RecordingException(String message, Throwable cause) {
    super(message, cause);
  }
}
