package org.gotm.store.api;

import java.nio.file.Path;
import java.util.Optional;
import org.gotm.core.capture.Ledger;

/**
 * A file that got its finished name: whole, on disk, and never written to again. It is what
 * retention, an index, metrics and the world outside wait for.
 *
 * @param path where it is, as the folder was given
 * @param bytes of the file
 * @param packets in it
 * @param firstTimestampNanos time of its first packet, nanoseconds since 1970; {@link #NO_TIME}
 *     without a packet
 * @param lastTimestampNanos the latest packet time; {@link #NO_TIME} without a packet
 * @param interval what happened to the workers' packets from the beginning of the file to its end,
 *     received, dropped, cut and lost ones too; nothing for a file of an earlier run that was
 *     repaired. What it calls written is what was booked in that time, not what is in the file.
 */
public record FinishedFile(
    Path path,
    long bytes,
    long packets,
    long firstTimestampNanos,
    long lastTimestampNanos,
    Optional<Ledger> interval) {
  /** In the place of a time that there is none of. */
  public static final long NO_TIME = Long.MIN_VALUE;
}
