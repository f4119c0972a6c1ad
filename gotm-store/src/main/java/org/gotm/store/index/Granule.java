package org.gotm.store.index;

/**
 * A stretch of a capture file that can be read behind the file's header alone.
 *
 * @param offset where in the file it begins
 * @param length bytes in the file
 * @param firstNanos the earliest time of its packets, nanoseconds since 1970
 * @param lastNanos the latest
 * @param packets how many there are
 */
public record Granule(long offset, long length, long firstNanos, long lastNanos, long packets) {}
