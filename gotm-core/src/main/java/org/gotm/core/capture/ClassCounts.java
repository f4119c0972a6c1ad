package org.gotm.core.capture;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.gotm.core.flow.BatchFlows;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.TrafficClasses;
import org.gotm.core.source.PacketBatch;

/**
 * What a worker's {@link Ledger} counts of each class of traffic, by the class's index in {@link
 * TrafficClasses#all}. Packets that could not be decoded count as those of the first class. One
 * writer, any reader, as the ledger. Hot path.
 */
public final class ClassCounts {
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] delivered = new long[TrafficClasses.MAX_CLASSES];
  private final long[] kept = new long[TrafficClasses.MAX_CLASSES];
  private final long[] bytes = new long[TrafficClasses.MAX_CLASSES];
  private final long[] cutBefore = new long[TrafficClasses.MAX_CLASSES];
  private final long[] bytesCutBefore = new long[TrafficClasses.MAX_CLASSES];

  ClassCounts() {}

  /** Counts a batch, of whose packets those with the first {@code keptCount} indexes are kept. */
  void add(PacketBatch batch, BatchFlows flows, int[] keptIndexes, int keptCount) {
    int count = batch.count();
    for (int i = 0; i < count; i++) {
      int trafficClass = flows.trafficClass(i);
      add(delivered, trafficClass, 1);
      add(bytes, trafficClass, batch.wireLengths[i]);
    }
    for (int k = 0; k < keptCount; k++) {
      add(kept, flows.trafficClass(keptIndexes[k]), 1);
    }
  }

  /** Takes over what was cut before delivery, as the cutter knows it. */
  void setCutBefore(FlowCutter cutter) {
    for (int trafficClass = 0; trafficClass < delivered.length; trafficClass++) {
      LONGS.setOpaque(cutBefore, trafficClass, cutter.cutBefore(trafficClass));
      LONGS.setOpaque(bytesCutBefore, trafficClass, cutter.bytesCutBefore(trafficClass));
    }
  }

  void addAll(ClassCounts other) {
    for (int trafficClass = 0; trafficClass < delivered.length; trafficClass++) {
      add(cutBefore, trafficClass, get(other.cutBefore, trafficClass));
      add(bytesCutBefore, trafficClass, get(other.bytesCutBefore, trafficClass));
      add(delivered, trafficClass, get(other.delivered, trafficClass));
      add(kept, trafficClass, get(other.kept, trafficClass));
      add(bytes, trafficClass, get(other.bytes, trafficClass));
    }
  }

  private static void add(long[] counts, int trafficClass, long amount) {
    LONGS.setOpaque(counts, trafficClass, counts[trafficClass] + amount);
  }

  private static long get(long[] counts, int trafficClass) {
    return (long) LONGS.getOpaque(counts, trafficClass);
  }

  /** Packets of a class that were kept. */
  public long kept(int trafficClass) {
    return get(kept, trafficClass);
  }

  /** Packets of a class that were cut, in the kernel too. */
  public long cut(int trafficClass) {
    long cut = Math.max(0, get(delivered, trafficClass) - get(kept, trafficClass));
    return cut + get(cutBefore, trafficClass);
  }

  /** Bytes of a class on the wire, kept or cut. */
  public long bytes(int trafficClass) {
    return get(bytes, trafficClass) + get(bytesCutBefore, trafficClass);
  }
}
