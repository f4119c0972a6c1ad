package org.gotm.app.metrics;

/** The events that one client is sent, for as long as it takes them. One thread. */
public interface EventStream extends AutoCloseable {
  /**
   * Waits for the next event, a second or so.
   *
   * @return one or more events as the type {@code text/event-stream} has them, or null at their end
   */
  String next() throws InterruptedException;

  /** The client has gone, or is made to go. */
  @Override
  void close();
}
