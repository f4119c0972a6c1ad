package org.gotm.core.pcapfile;

import org.gotm.core.source.PacketSourceException;

/** A capture file cannot be read further; the message names the file, the offset and the damage. */
public final class DamagedCaptureException extends PacketSourceException {
  private static final long serialVersionUID = 1L;

  private final long offset;

  /**
   * Damage at one place of a file.
   *
   * @param name the file
   * @param offset where the record that cannot be read begins, in uncompressed bytes
   * @param damage what is wrong there
   */
  public DamagedCaptureException(String name, long offset, String damage) {
    super("%s: damaged at offset %d: %s".formatted(name, offset, damage));
    this.offset = offset;
  }

  /** Where the record that cannot be read begins, in uncompressed bytes. */
  public long offset() {
    return offset;
  }
}
