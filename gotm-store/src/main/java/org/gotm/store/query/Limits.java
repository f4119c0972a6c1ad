package org.gotm.store.query;

import java.time.Duration;

/**
 * How large an answer may become; 0 for no limit. The packet that reaches a limit is still in it.
 *
 * @param packets most packets
 * @param bytes most bytes, of which each packet counts 16 and its captured length, as with
 *     stenographer
 * @param time longest time of the search
 */
public record Limits(long packets, long bytes, Duration time) {
  /** No limit. */
  public static final Limits NONE = new Limits(0, 0, Duration.ZERO);
}
