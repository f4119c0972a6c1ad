package org.gotm.ffm.snf;

import org.gotm.core.source.BatchHandler;

/** A way to take packets out of one ring. Hot path. One thread. */
sealed interface SnfReceiver permits SnfPlainReceiver, SnfBorrowReceiver {

  /**
   * Hands over packets, waiting for the first one.
   *
   * @param timeoutMillis 0 not to wait
   * @param limit packets to take at most, at least 1
   * @return how many, or the library's answer as a negative number: why there are none
   */
  int receive(int timeoutMillis, int limit, BatchHandler handler);

  /** False if the library turned out not to do what is expected; no packet is lost by that. */
  boolean isUsable();
}
