package org.gotm.store.compress;

import java.io.IOException;

/** A gzip member or zstd frame does not check out, or ends too early. */
public final class DamagedPieceException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean cutOff;

  /**
   * Damage.
   *
   * @param cutOff true if all that is wrong is that the bytes end too early
   */
  DamagedPieceException(String message, boolean cutOff) {
    super(message);
    this.cutOff = cutOff;
  }

  /** True if all that is wrong is that the bytes end too early. */
  public boolean isCutOff() {
    return cutOff;
  }
}
