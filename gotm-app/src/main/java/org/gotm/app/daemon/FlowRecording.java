package org.gotm.app.daemon;

import java.lang.foreign.SegmentAllocator;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowRecordRing;
import org.gotm.store.flows.FlowSpool;
import org.gotm.store.flows.SpoolHeader;

/** The records of flows of a run, if they are wanted: a ring for each worker, and the spool. */
final class FlowRecording implements AutoCloseable {
  /** As many as come in two seconds at 50,000 flows/s. */
  private static final int RECORDS_A_WORKER = 1 << 17;

  private final Settings settings;
  private final Consumer<String> log;
  private final List<FlowSpool.Worker> workers = new ArrayList<>();
  private FlowSpool spool;

  FlowRecording(Settings settings, Consumer<String> log) {
    this.settings = settings;
    this.log = log;
  }

  /** A ring for the worker's records; null if none are wanted. */
  FlowRecordRing newRing(int worker, SegmentAllocator memory) {
    if (!settings.flows().records().areWritten()) {
      return null;
    }
    int interfaceNumber = settings.isOffline() ? 0 : worker / settings.source().workers();
    return new FlowRecordRing(
        RECORDS_A_WORKER, interfaceNumber, worker, settings.isOffline(), memory);
  }

  /** The records in this ring are of the flows of this cutter. */
  void add(FlowRecordRing ring, FlowCutter cutter) {
    if (ring != null) {
      workers.add(new FlowSpool.Worker(ring, cutter));
    }
  }

  /**
   * Begins to write.
   *
   * @throws org.gotm.store.api.RecordingException if the folder cannot be had
   */
  void open(Classes classes, Runnable yieldPriority) {
    if (workers.isEmpty()) {
      return;
    }
    List<String> interfaces =
        settings.isOffline() ? List.of(settings.source().name()) : settings.source().interfaces();
    spool =
        new FlowSpool(
            new FlowSpool.Options(
                settings.output().folder(),
                settings.source().name(),
                () -> new SpoolHeader(interfaces, classes.names()),
                settings.flows().records().age(),
                !settings.isOffline(),
                Clock.systemUTC(),
                log,
                yieldPriority),
            workers);
  }

  /** Who writes them; null if none are wanted, or it is too early. */
  FlowSpool spool() {
    return spool;
  }

  /** What keeps records from being written now, or null. Any thread. */
  String error() {
    return spool == null ? null : spool.error();
  }

  /** Writes what is left; all captures have ended. */
  void finish() {
    if (spool != null) {
      spool.finish();
    }
  }

  @Override
  public void close() {
    if (spool != null) {
      spool.close();
    }
  }
}
