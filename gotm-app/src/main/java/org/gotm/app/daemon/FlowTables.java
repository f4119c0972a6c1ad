package org.gotm.app.daemon;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.gotm.app.shunt.Shunts;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowRecordRing;
import org.gotm.core.flow.SampledFlow;
import org.gotm.ffm.linux.HugePages;

/** The flow tables of all workers, and who hears of their flows. Made by one thread. */
final class FlowTables {
  private static final int DEFAULT_FLOWS = 1_000_000;
  private static final int LEAST_FLOWS = 50_000;
  private static final int LARGEST_FLOWS = 10;

  private final Settings settings;
  private final List<OfWorker> tables = new ArrayList<>();

  /** A worker's flow table, and who hears of its flows. */
  record OfWorker(FlowCutter cutter, FlowWatch watch) {}

  /** None yet. */
  FlowTables(Settings settings) {
    this.settings = settings;
  }

  /**
   * Makes them, for all workers.
   *
   * @param memory must outlive them
   */
  void make(Shunts shunts, FlowRecording records, HugePages memory) {
    for (int worker = 0; worker < workers(); worker++) {
      FlowWatch watch = new FlowWatch(nameOf(worker), shunts);
      FlowRecordRing ring = records.newRing(worker, memory);
      FlowCutter cutter =
          new FlowCutter(settings.flows().cutterOptions(capacity()), watch, ring, memory);
      records.add(ring, cutter);
      tables.add(new OfWorker(cutter, watch));
    }
  }

  /** Workers of all interfaces; files are read by one. */
  int workers() {
    return settings.isOffline() ? 1 : settings.source().liveWorkers();
  }

  /** The interface of a worker, by its number among all of them; or the files. */
  private String nameOf(int number) {
    return settings.isOffline()
        ? settings.source().name()
        : settings.source().interfaces().get(number / settings.source().workers());
  }

  /**
   * Flows that each holds: as many as asked for; else few workers could each have all, and many
   * share them, and the memory.
   */
  int capacity() {
    return settings
        .flows()
        .capacity()
        .orElse(Math.clamp(2 * DEFAULT_FLOWS / workers(), LEAST_FLOWS, DEFAULT_FLOWS));
  }

  /** The table of a worker, by its number among all of them. */
  OfWorker of(int worker) {
    return tables.get(worker);
  }

  /** All cutters. */
  List<FlowCutter> cutters() {
    return tables.stream().map(OfWorker::cutter).toList();
  }

  /** The flows with the most bytes of those that send now, of all workers. Any thread. */
  List<SampledFlow> largest() {
    return tables.stream()
        .flatMap(table -> table.cutter().largestFlows().stream())
        .sorted(Comparator.comparingLong(SampledFlow::bytes).reversed())
        .limit(LARGEST_FLOWS)
        .toList();
  }
}
