package org.gotm.store.retain;

/** How much of a disk is to stay free, as bytes or as a part of its size. */
public sealed interface DiskFree {

  /** The bytes that this is of a disk of that size. */
  long bytesOf(long diskBytes);

  /**
   * So many bytes, whatever the size of the disk.
   *
   * @param bytes above 0
   */
  record Bytes(long bytes) implements DiskFree {
    /** Checks the size. */
    public Bytes {
      if (bytes <= 0) {
        throw new IllegalArgumentException("diskfree=%d: must be above 0".formatted(bytes));
      }
    }

    @Override
    public long bytesOf(long diskBytes) {
      return bytes;
    }

    @Override
    public String toString() {
      return ByteText.of(bytes);
    }
  }

  /**
   * A part of the disk.
   *
   * @param percent above 0, below 100
   */
  record Percent(double percent) implements DiskFree {
    /** Checks the range. */
    public Percent {
      if (!(percent > 0 && percent < 100)) {
        throw new IllegalArgumentException("diskfree=%s%%: not from 0 to 100".formatted(percent));
      }
    }

    @Override
    public long bytesOf(long diskBytes) {
      return (long) (diskBytes / 100.0 * percent);
    }

    @Override
    public String toString() {
      return "%s%%".formatted(percent).replace(".0%", "%");
    }
  }
}
