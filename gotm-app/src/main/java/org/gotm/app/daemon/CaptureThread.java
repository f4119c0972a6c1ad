package org.gotm.app.daemon;

import java.util.List;
import java.util.function.Consumer;
import org.gotm.app.metrics.FlowSizes;
import org.gotm.core.capture.Ledger;

/** One capture thread with its account: a worker on an interface, or the reader of files. */
interface CaptureThread {
  /** The interface or file, as the user named it. */
  String interfaceName();

  /** Number of the worker on its interface, from 0. */
  int worker();

  /** The account of this thread. */
  Ledger ledger();

  /** Sizes of its ended flows. */
  FlowSizes flowSizes();

  /** Names of the counters that only its source has. */
  List<String> extraCounters();

  /**
   * Starts the thread.
   *
   * @param atEnd run by the thread when it has ended all but this
   */
  void start(Runnable atEnd);

  /** Asks the thread to take no more packets, drain and end. */
  void stop();

  /** True when the thread has ended. */
  boolean hasEnded();

  /**
   * What keeps packets from coming now, or ended the thread before its time; null if all is well.
   */
  String error();

  /** True if it takes no packets, though it should be able to, and does not know of it. */
  boolean standsStill();

  /** What the process should exit with, as far as this thread goes; see {@link ExitCodes}. */
  int exitCode();

  /** Prints what the thread noted for the log. */
  void printNotes(Consumer<String> log);
}
