package org.gotm.app.queryclient;

import java.time.Duration;
import org.gotm.app.daemon.StartException;

/** There is no answer now, and may be one soon: a sensor that starts, or is busy. */
public final class PassingException extends StartException {
  private static final long serialVersionUID = 1;

  private final Duration wait;

  /**
   * A failure that may pass.
   *
   * @param message one line
   * @param wait how long the sensor wants to be left alone; zero if it does not say
   */
  PassingException(String message, Duration wait, Throwable cause) {
    super(message, cause);
    this.wait = wait;
  }

  /** How long the sensor wants to be left alone; zero if it does not say. */
  public Duration waitTime() {
    return wait;
  }
}
