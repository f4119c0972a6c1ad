package org.gotm.store;

import java.lang.foreign.Arena;
import org.gotm.store.file.FileCounters;
import org.gotm.store.file.FileErrors;
import org.gotm.store.file.FileHeader;
import org.gotm.store.file.IntervalLedger;
import org.gotm.store.file.SeriesOutput;

/** Where a recording goes, and what there is to do there beside the series. Any thread. */
sealed interface Destination permits FolderDestination, StreamDestination {

  /** A new account of what is wrong with a series. */
  FileErrors errors(String series, FileCounters counters);

  /**
   * The output of a series that is new.
   *
   * @param memory outlives it
   */
  SeriesOutput output(
      String series,
      FileHeader header,
      FileErrors errors,
      IntervalLedger interval,
      FileCounters counters,
      Arena memory);

  /** True if one series is all there can be, however many link types there are. */
  boolean isSingle();

  /** Waits no longer without end for somebody who does not read. */
  void hurry();

  /** Waits for what is to be done behind the series, which have all ended. */
  void finish() throws InterruptedException;

  /** Begins nothing new from now on. */
  void stop();

  /**
   * Ends what is under way.
   *
   * @param millis how long to wait for it, above 0
   */
  void abandon(long millis) throws InterruptedException;

  /** True while something keeps what is written from going there. */
  boolean standsStill(long nowNanos);

  /** What it means that nothing moves, in words. */
  String standstill();

  /** True when no thread uses the memory of a series any more. */
  boolean hasEnded();

  /** Gives it back to others. */
  void close();
}
