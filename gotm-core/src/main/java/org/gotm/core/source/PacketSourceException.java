package org.gotm.core.source;

/** A source cannot be opened or failed for good; the message is one line that a user can act on. */
public class PacketSourceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure of the source itself.
   *
   * @param message what was asked, what is wrong and what to do
   */
  public PacketSourceException(String message) {
    super(message);
  }

  /**
   * A failure with the error it came from.
   *
   * @param message what was asked, what is wrong and what to do
   * @param cause the error underneath
   */
  public PacketSourceException(String message, Throwable cause) {
    super(message, cause);
  }
}
