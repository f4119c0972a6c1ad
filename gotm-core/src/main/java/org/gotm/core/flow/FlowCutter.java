package org.gotm.core.flow;

import java.lang.foreign.SegmentAllocator;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.gotm.core.memory.NativeAccess;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.PacketDecoder;
import org.gotm.core.source.CutOffload;
import org.gotm.core.source.PacketBatch;

/**
 * Tells which packets to keep: finds the flow of each, counts it there, and cuts flows off. Hot
 * path. One thread.
 *
 * <p>Decoder, keys and flow table as one. One cutter serves one worker, or one source after another
 * as if all packets came from one link; the flows stay until {@link #end}.
 */
public final class FlowCutter {
  private static final int NO_LINK_TYPE = 0xffff;

  private final FlowKeys keys;
  private final BatchFlows flows;
  private final FlowTable table;
  private final LargestFlows largest;
  private volatile TrafficClasses newClasses;
  private TrafficClasses classes;
  private final PacketDecoder decoder;
  private int linkType = NO_LINK_TYPE;

  /**
   * What a cutter is to do.
   *
   * @param capacityFlows flows that fit, from 1 to 2^29; memory is 176 to 352 bytes a flow
   * @param timeoutNanos time without a packet, by the packets' clock, after which a flow is over
   * @param cutoff where flows are cut
   * @param largeBytes size at which a flow is reported as large, then at every doubling; {@link
   *     Cutoff#UNLIMITED} for never
   * @param key what makes two packets the same flow
   */
  public record Options(
      int capacityFlows, long timeoutNanos, Cutoff cutoff, long largeBytes, FlowKeyOptions key) {
    private static final Options DEFAULTS =
        new Options(
            1_000_000,
            5_000_000_000L,
            Cutoff.of(100, 8192),
            Cutoff.UNLIMITED,
            FlowKeyOptions.defaults());

    /** Checks the ranges. */
    public Options {
      if (capacityFlows < 1 || capacityFlows > 1 << 29) {
        throw new IllegalArgumentException(
            "capacityFlows=%d: not from 1 to 2^29".formatted(capacityFlows));
      }
      if (timeoutNanos <= 0 || largeBytes <= 0) {
        throw new IllegalArgumentException(
            "timeoutNanos=%d largeBytes=%d: not above 0".formatted(timeoutNanos, largeBytes));
      }
    }

    /**
     * As the daemon does: a million flows, 5 s, 100 packets or 8192 bytes, no report of large
     * flows, both directions of the innermost packets one flow.
     */
    public static Options defaults() {
      return DEFAULTS;
    }

    /** The same with room for another number of flows. */
    public Options withCapacityFlows(int newCapacityFlows) {
      return new Options(newCapacityFlows, timeoutNanos, cutoff, largeBytes, key);
    }

    /** The same with another timeout. */
    public Options withTimeout(Duration newTimeout) {
      return new Options(capacityFlows, newTimeout.toNanos(), cutoff, largeBytes, key);
    }

    /** The same with another cutoff. */
    public Options withCutoff(Cutoff newCutoff) {
      return new Options(capacityFlows, timeoutNanos, newCutoff, largeBytes, key);
    }

    /** The same with another size at which flows are large. */
    public Options withLargeBytes(long newLargeBytes) {
      return new Options(capacityFlows, timeoutNanos, cutoff, newLargeBytes, key);
    }

    /** The same with flows that have a direction, or not. */
    public Options withDirectional(boolean newDirectional) {
      return withKey(key.withDirectional(newDirectional));
    }

    /** The same with another key. */
    public Options withKey(FlowKeyOptions newKey) {
      return new Options(capacityFlows, timeoutNanos, cutoff, largeBytes, newKey);
    }

    /** Bytes of native memory that a cutter takes which writes no records. */
    public long byteSize() {
      return FlowLives.byteSize(capacityFlows, false);
    }

    /** Bytes of native memory that a cutter takes which writes records of its flows. */
    public long byteSizeWithRecords() {
      return FlowLives.byteSize(capacityFlows, true);
    }
  }

  /**
   * A cutter that has seen no packet.
   *
   * @param listener hears of single flows, on the thread that calls this cutter
   * @param allocator gives zeroed memory, which must outlive the cutter
   */
  public FlowCutter(Options options, FlowListener listener, SegmentAllocator allocator) {
    this(options, listener, null, allocator);
  }

  /**
   * A cutter that has seen no packet, and writes a {@link FlowRecord} of each flow when it ends,
   * and after 15 minutes while it lasts.
   *
   * @param listener hears of single flows, on the thread that calls this cutter
   * @param records gets the records; null if none are wanted, which costs nothing
   * @param allocator gives zeroed memory, which must outlive the cutter
   */
  public FlowCutter(
      Options options, FlowListener listener, FlowRecordRing records, SegmentAllocator allocator) {
    this(options, listener, records, allocator, new SecureRandom().nextLong());
  }

  /** A cutter whose flows have the same place in every run. */
  FlowCutter(
      Options options,
      FlowListener listener,
      FlowRecordRing records,
      SegmentAllocator allocator,
      long seed) {
    NativeAccess.require();
    keys = new FlowKeys(PacketBatch.MAX_CAPACITY, seed);
    decoder = new PacketDecoder(NO_LINK_TYPE, options.key(), keys);
    classes = TrafficClasses.only(options.cutoff());
    newClasses = classes;
    FlowLimits limits = new FlowLimits(classes);
    flows = new BatchFlows(keys, limits);
    largest = new LargestFlows(flows);
    table = new FlowTable(options, keys, flows, largest, listener, records, allocator);
    table.use(limits);
  }

  /**
   * Flows are told apart and cut by these classes, from the next batch on; at first by one class
   * for all, with the cutoff of the options. Any thread.
   *
   * @param next must have followed the classes before
   */
  public void use(TrafficClasses next) {
    newClasses = next;
  }

  /** The classes by which flows are cut, or will be from the next batch on. Any thread. */
  public TrafficClasses classes() {
    return newClasses;
  }

  /**
   * Packets of this link type come next, until it is called again. A source of another link type
   * may go on with the flows of the one before.
   *
   * @param linkType LINKTYPE_ value; the packets of one that is not known are all kept
   */
  public void begin(int linkType) {
    this.linkType = linkType;
    decoder.begin(linkType);
    if (table.records() != null) {
      table.records().begin(linkType);
    }
    table.lives().use(classes.classifier(linkType));
  }

  /**
   * Flows that go on after their cut are armed there, so that their packets come no more; what it
   * cuts is counted in the flows all the same. Those that are armed elsewhere are disarmed.
   *
   * @param offload of the source whose packets come next; null for none, as at first
   */
  public void offloadTo(CutOffload offload) {
    table.armed().use(offload);
  }

  /**
   * Counts every packet of a batch in its flow and decides.
   *
   * @param batch has passed {@link PacketBatch#check}
   * @param kept gets the indexes of the packets to keep, in order; has room for all
   * @return how many are kept
   * @throws IllegalStateException if {@link #begin} was not called
   */
  public int decide(PacketBatch batch, int[] kept) {
    if (linkType == NO_LINK_TYPE) {
      throw new IllegalStateException("packets come before it was said of which link type");
    }
    if (newClasses != classes) {
      classes = newClasses;
      table.use(new FlowLimits(classes));
      table.lives().use(classes.classifier(linkType));
    }
    decoder.decode(batch);
    int keptCount = table.decide(batch, kept);
    table.armed().choose(batch, keptCount);
    largest.look(batch);
    if (classes.canShorten()) {
      shortenLoop(batch, kept, keptCount);
    }
    return keptCount;
  }

  /** Leaves as much as their class says of the packets that are kept after the cut. */
  private void shortenLoop(PacketBatch batch, int[] kept, int keptCount) {
    List<TrafficClass> all = classes.all();
    for (int k = 0; k < keptCount; k++) {
      int i = kept[k];
      int snaplen = all.get(flows.trafficClass(i)).snaplenAfterCut();
      if (snaplen > 0 && flows.isAfterCut(i)) {
        batch.caplens[i] = Math.min(batch.caplens[i], snaplen);
      }
    }
  }

  /** True if there are other classes than the one for all. The cutter's thread. */
  public boolean hasClasses() {
    return classes.size() > 1;
  }

  /** The flows of the packets that were decided on last; the same object each time. */
  public BatchFlows flows() {
    return flows;
  }

  /**
   * Forgets some of the flows that are over, if it is time to. Called after each batch.
   *
   * @param nowNanos packet time, nanoseconds since 1970
   */
  public void expire(long nowNanos) {
    table.expire(nowNanos);
  }

  /**
   * Forgets the flows that are over, when no batch has come for a while: with more flows in one
   * call than {@link #expire}, which a packet would have to wait for.
   *
   * @param nowNanos packet time as far as the clock tells, nanoseconds since 1970
   */
  public void expireIdle(long nowNanos) {
    table.expireIdle(nowNanos);
    largest.idle(nowNanos);
  }

  /**
   * The flows with the most bytes of those that send now, the largest first: up to 16, from a
   * sample of the last two seconds of packet time, which is taken from the first call on. Any
   * thread.
   */
  public List<SampledFlow> largestFlows() {
    return largest.list();
  }

  /**
   * Asks for records of all flows that are in the table, with {@link FlowRecord#LIVE} for their
   * end. Any thread.
   *
   * @return what {@link #hasShown} is to be asked with
   */
  public long showFlows() {
    return table.records() == null ? 0 : table.records().show();
  }

  /** True when these records are written, or no flow is left. Any thread. */
  public boolean hasShown(long request) {
    return table.records() == null || table.records().hasShown(request);
  }

  /**
   * Ends all flows, as no packet will come any more: the listener hears of each. Takes a look at
   * the whole table, so it is for the end of a capture, not for between two sources.
   */
  public void end() {
    table.lives().end();
  }

  /** Flows in the table. */
  public int size() {
    return table.lives().size();
  }

  /** Flows seen since the start. */
  public long created() {
    return table.lives().created();
  }

  /** Flows that reached their cutoff. */
  public long cut() {
    return table.cut();
  }

  /** Flows that were over by their time. */
  public long expired() {
    return table.lives().expired();
  }

  /** Flows that gave way because the table was full. */
  public long evicted() {
    return table.lives().evicted();
  }

  /** Flows that ended because another connection began, or because they came to their age. */
  public long renewed() {
    return table.lives().renewed();
  }

  /** Packets of a class that a {@link CutOffload} has cut, as far as they are booked. */
  public long cutBefore(int trafficClass) {
    return table.armed().packets(trafficClass);
  }

  /** Bytes on the wire of these packets. */
  public long bytesCutBefore(int trafficClass) {
    return table.armed().bytes(trafficClass);
  }

  /** Packets that could not be decoded; all of them were kept. */
  public long undecoded() {
    return keys.undecoded();
  }

  /** Slots looked at beyond the first of each look-up: the price of collisions. */
  public long probes() {
    return table.probes();
  }
}
