package org.gotm.store.retain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * When finished files are deleted, the oldest first: each limit alone, or several together, of
 * which each is kept.
 *
 * @param diskFree what is to stay free of the disk, whoever fills it
 * @param diskBudget bytes that the captures of a folder may take, with what lies beside them
 * @param maxAge age at which a file goes, by the time in its name
 */
public record Retention(
    Optional<DiskFree> diskFree, OptionalLong diskBudget, Optional<Duration> maxAge) {

  /** Checks the limits. */
  public Retention {
    if (diskBudget.isPresent() && diskBudget.getAsLong() <= 0) {
      throw new IllegalArgumentException(
          "diskbudget=%d: must be above 0".formatted(diskBudget.getAsLong()));
    }
    if (maxAge.isPresent() && !maxAge.get().isPositive()) {
      throw new IllegalArgumentException("maxage=%s: must be above 0".formatted(maxAge.get()));
    }
  }

  /** Nothing is ever deleted; the disk is watched all the same. */
  public static Retention none() {
    return new Retention(Optional.empty(), OptionalLong.empty(), Optional.empty());
  }

  /** The same, and so much stays free. */
  public Retention withDiskFree(DiskFree newDiskFree) {
    return new Retention(Optional.of(newDiskFree), diskBudget, maxAge);
  }

  /** The same, and the captures of a folder take no more than so many bytes. */
  public Retention withDiskBudget(long bytes) {
    return new Retention(diskFree, OptionalLong.of(bytes), maxAge);
  }

  /** The same, and no file becomes older. */
  public Retention withMaxAge(Duration newMaxAge) {
    return new Retention(diskFree, diskBudget, Optional.of(newMaxAge));
  }

  /** True when nothing is ever deleted. */
  public boolean isOff() {
    return diskFree.isEmpty() && diskBudget.isEmpty() && maxAge.isEmpty();
  }

  /** The limits as options, such as {@code diskfree=10%, maxage=PT720H}. */
  @Override
  public String toString() {
    List<String> limits = new ArrayList<>();
    diskFree.ifPresent(free -> limits.add("diskfree=" + free));
    diskBudget.ifPresent(bytes -> limits.add("diskbudget=" + ByteText.of(bytes)));
    maxAge.ifPresent(age -> limits.add("maxage=" + TimeText.of(age)));
    return String.join(", ", limits);
  }
}
