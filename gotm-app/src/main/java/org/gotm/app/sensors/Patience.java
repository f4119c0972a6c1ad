package org.gotm.app.sensors;

import java.time.Duration;

/**
 * How many sensors are asked at a time, and how long each is waited for.
 *
 * @param atOnce sensors that may search for their first packet at the same time
 * @param timeout longest wait for a packet of a sensor, be it the first one or the next
 */
public record Patience(int atOnce, Duration timeout) {
  /** Time-outs that a sensor may keep the others waiting for in all, lest it drips for ever. */
  static final int TIMEOUTS_IN_ALL = 15;
}
