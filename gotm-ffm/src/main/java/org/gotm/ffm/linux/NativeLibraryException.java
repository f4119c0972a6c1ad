package org.gotm.ffm.linux;

import org.gotm.core.source.PacketSourceException;

/** No candidate for a native library can be used; the message names every attempt and a remedy. */
public final class NativeLibraryException extends PacketSourceException {
  private static final long serialVersionUID = 1L;

  /**
   * A library that is not there.
   *
   * @param message what was tried, why it failed and what to do
   */
  public NativeLibraryException(String message) {
    super(message);
  }
}
