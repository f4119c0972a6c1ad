package org.gotm.core.flow;

import static org.gotm.core.flow.FlowSlotLayout.BYTES;
import static org.gotm.core.flow.FlowSlotLayout.BYTES_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.CLOSED_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.CONTROL;
import static org.gotm.core.flow.FlowSlotLayout.CONTROL_MASK;
import static org.gotm.core.flow.FlowSlotLayout.CONTROL_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.LAST_NANOS;
import static org.gotm.core.flow.FlowSlotLayout.PACKET;
import static org.gotm.core.flow.FlowSlotLayout.PACKETS;
import static org.gotm.core.memory.NativeMemory.ALL;
import static org.gotm.core.packet.FlowKeys.FLOW;
import static org.gotm.core.packet.FlowKeys.PAYLOAD;
import static org.gotm.core.packet.FlowKeys.RECORD_SHIFT;

import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import org.gotm.core.memory.NativeMemory;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.source.PacketBatch;

/**
 * The decision for each packet: keep or cut; its flow is counted in the table. Hot path. One
 * thread.
 *
 * <p>{@link FlowSlots} finds the flows, {@link FlowLives} says when they begin and end. Most
 * packets are only to be counted, and a loop does nothing else; the others go one by one.
 */
final class FlowTable {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final long SPECIAL = FlowKeys.OPENS_OR_BREAKS | FlowKeys.UNDECODED;
  private static final long BYTES_OF_PAYLOAD = -1L << BYTES_SHIFT;
  private static final long LONGEST_ROUND_NANOS = 60_000_000_000L;

  private final FlowSlots slots;
  private final FlowKeys keys;
  private final BatchFlows flows;
  private final long[] states;
  private final LargestFlows largest;
  private final FlowListener listener;
  private final Flow flow;
  private final FlowLives lives;
  private final FlowHand hand;
  private final ArmedFlows armed;
  private final FlowAccounts accounts;
  private final FlowRecords records;
  private final long largeBytes;
  private final long largeLimit;

  private FlowLimits limits;
  private PacketBatch batch;
  private int keptCount;
  private long cut;

  /**
   * An empty table.
   *
   * @param keys the keys that a decoder fills, and their hash
   * @param flows gets the flow of each packet
   * @param largest is shown flows of which no packet comes
   * @param ring gets a record of each flow; null if none are wanted
   * @param allocator gives zeroed memory, which must outlive the table
   */
  FlowTable(
      FlowCutter.Options options,
      FlowKeys keys,
      BatchFlows flows,
      LargestFlows largest,
      FlowListener listener,
      FlowRecordRing ring,
      SegmentAllocator allocator) {
    this.keys = keys;
    this.flows = flows;
    this.states = flows.states();
    this.largest = largest;
    this.listener = listener;
    long count = FlowLives.slotsFor(options.capacityFlows());
    slots = new FlowSlots(count, keys, ring != null, allocator);
    accounts = slots.accounts();
    records = ring == null ? null : new FlowRecords(slots, ring, options.key().tunnels());
    flow = new Flow(slots);
    armed = new ArmedFlows(keys, slots, flows, this::onBooked);
    lives = new FlowLives(options, slots, keys, listener, armed, records);
    hand = new FlowHand(lives, slots, roundNanos(options.timeoutNanos()));
    largeBytes = options.largeBytes();
    largeLimit = FlowLimits.byteLimit(largeBytes);
  }

  /** The hand finds flows that are over soon enough, and those that are to have a record. */
  private long roundNanos(long timeoutNanos) {
    return records == null ? timeoutNanos / 2 : Math.min(timeoutNanos / 2, LONGEST_ROUND_NANOS);
  }

  /** Flows are cut by these limits from now on. */
  void use(FlowLimits newLimits) {
    limits = newLimits;
    flows.use(newLimits);
    lives.use(newLimits);
    armed.use(newLimits);
    if (records != null) {
      records.use(newLimits);
    }
  }

  /** The flows whose packets are cut before they come here. */
  ArmedFlows armed() {
    return armed;
  }

  /** The records of the flows; null if none are written. */
  FlowRecords records() {
    return records;
  }

  /** The flows themselves. */
  FlowLives lives() {
    return lives;
  }

  /**
   * Counts every packet of the batch in its flow and decides.
   *
   * @param kept gets the indexes of the packets to keep, in order
   * @return how many are kept
   */
  int decide(PacketBatch batch, int[] kept) {
    this.batch = batch;
    int count = batch.count();
    slots.locate(count, lives.size());
    if (accounts != null) {
      accounts.locateLoop(keys, count);
    }
    keptCount = 0;
    int i = countRun(0, batch, kept);
    while (i < count) {
      countAny(i, batch, kept);
      i = countRun(i + 1, batch, kept);
    }
    return keptCount;
  }

  private int countRun(int from, PacketBatch batch, int[] kept) {
    int to = count(from, batch, kept);
    if (accounts != null) {
      accounts.addLoop(from, to, keys, batch, flows);
    }
    return to;
  }

  /**
   * Goes on for as long as packets are only to be counted.
   *
   * @return the first packet that was not counted
   */
  private int count(int from, PacketBatch batch, int[] kept) {
    return limits.areSimple() ? countLoop(from, batch, kept) : countClassesLoop(from, batch, kept);
  }

  /**
   * All flows are of one class, whose limits are the same for each packet, and nothing is kept
   * after the cut.
   */
  private int countLoop(int from, PacketBatch batch, int[] kept) {
    long[] words = keys.words();
    long[] timestamps = batch.timestampsNanos;
    long packetLimit = limits.packets(0);
    long byteLimit = limits.bytes(0);
    int count = batch.count();
    int keptSoFar = keptCount;
    int i = from;
    for (; i < count; i++) {
      int key = i << RECORD_SHIFT;
      long slot = FlowSlots.located(words, key);
      long payload = words[key + PAYLOAD];
      long now = timestamps[i];
      if (isMoreThanCounted(slot, words, key, payload, now, packetLimit, byteLimit)) {
        break;
      }
      int isKept = count(i, slot, payload, now, packetLimit, byteLimit);
      kept[keptSoFar] = i;
      keptSoFar += isKept;
    }
    keptCount = keptSoFar;
    return i;
  }

  /** Each flow has the limits of its class. */
  private int countClassesLoop(int from, PacketBatch batch, int[] kept) {
    long[] words = keys.words();
    int count = batch.count();
    int i = from;
    for (; i < count; i++) {
      int key = i << RECORD_SHIFT;
      long slot = FlowSlots.located(words, key);
      int trafficClass = FlowSlotLayout.trafficClass(ALL.get(LONG, slot + PACKETS));
      long packetLimit = limits.packets(trafficClass);
      long byteLimit = limits.bytes(trafficClass);
      long now = batch.timestampsNanos[i];
      if (isMoreThanCounted(slot, words, key, words[key + PAYLOAD], now, packetLimit, byteLimit)) {
        break;
      }
      countInClass(i, slot, trafficClass, batch, kept);
    }
    return i;
  }

  private void countInClass(int i, long slot, int trafficClass, PacketBatch batch, int[] kept) {
    long payload = keys.words()[(i << RECORD_SHIFT) + PAYLOAD];
    long packetLimit = limits.packets(trafficClass);
    long byteLimit = limits.bytes(trafficClass);
    int isKept = count(i, slot, payload, batch.timestampsNanos[i], packetLimit, byteLimit);
    int snaplen = limits.snaplenAfterCut(trafficClass);
    if (snaplen > 0 && isKept == 0) {
      isKept = 1;
      keepAfterCut(i, slot, payload);
    }
    kept[keptCount] = i;
    keptCount += isKept;
  }

  /** True if there is more to a packet than that it is counted in the flow of its slot. */
  private boolean isMoreThanCounted(
      long slot, long[] words, int key, long payload, long now, long packetLimit, long byteLimit) {
    return !FlowSlots.holds(slot, words, key)
        || lives.isOver(slot, now)
        || isSpecial(slot, payload, now, packetLimit, byteLimit);
  }

  /**
   * True if a packet has SYN or RST or was not decoded, or if its flow is large, has come to its
   * age, or is cut after it. One comparison for all: each of them makes a term negative.
   */
  private boolean isSpecial(long slot, long payload, long now, long packetLimit, long byteLimit) {
    long byteWord = ALL.get(LONG, slot + BYTES);
    long packetWord = ALL.get(LONG, slot + PACKETS);
    long bytesAfter = byteWord + (payload & BYTES_OF_PAYLOAD);
    long isKept = packetWord - packetLimit & byteWord - byteLimit;
    long isNextKept = packetWord + PACKET - packetLimit & bytesAfter - byteLimit;
    return (largeLimit - 1 - bytesAfter
            | FlowLives.youth(byteWord, now)
            | -(payload & SPECIAL)
            | isKept & ~isNextKept)
        < 0;
  }

  /** Counts a packet of a flow that may be new, over, just cut, large or, if not decoded, none. */
  private void countAny(int i, PacketBatch batch, int[] kept) {
    long[] words = keys.words();
    int key = i << RECORD_SHIFT;
    if (words[key] == 0) {
      kept[keptCount++] = i;
      flows.setNone(i);
      return;
    }
    long slot = FlowSlots.located(words, key);
    if (FlowSlots.holds(slot, words, key)) {
      lives.goOn(slot, i, batch);
    } else {
      slot = NativeMemory.address(lives.find(i, batch));
    }
    int trafficClass = FlowSlotLayout.trafficClass(ALL.get(LONG, slot + PACKETS));
    countInClass(i, slot, trafficClass, batch, kept);
    if (accounts != null) {
      accounts.add(slot, words[key + PAYLOAD], batch.wireLengths[i], batch.caplens[i]);
    }
    tell(i, slot, batch.timestampsNanos[i]);
  }

  /**
   * Counts a packet in its flow, and notes what the flow is then.
   *
   * @param payload as in {@link FlowKeys#PAYLOAD}
   * @return 1 if the packet is to be kept, else 0
   */
  private int count(int i, long slot, long payload, long now, long packetLimit, long byteLimit) {
    long byteWord = ALL.get(LONG, slot + BYTES);
    long packetWord = ALL.get(LONG, slot + PACKETS);
    int isKept = (int) ((packetWord - packetLimit & byteWord - byteLimit) >>> 63);
    if ((payload & FlowKeys.OPENS_OR_ENDS) != 0 && isKept == 0 && keepsControl(packetWord)) {
      packetWord += CONTROL;
      isKept = 1;
      keepAfterCut(i, slot, payload);
    }
    packetWord = (packetWord | (payload & FlowKeys.FIN) << CLOSED_SHIFT) + PACKET;
    byteWord += payload & BYTES_OF_PAYLOAD;
    ALL.set(LONG, slot + BYTES, byteWord);
    ALL.set(LONG, slot + PACKETS, packetWord);
    ALL.set(LONG, slot + LAST_NANOS, Math.max(now, ALL.get(LONG, slot + LAST_NANOS)));
    keys.words()[(i << RECORD_SHIFT) + FLOW] = byteWord;
    states[i] = packetWord;
    return isKept;
  }

  private void keepAfterCut(int i, long slot, long payload) {
    if (accounts != null) {
      int snaplen =
          limits.snaplenAfterCut(FlowSlotLayout.trafficClass(ALL.get(LONG, slot + PACKETS)));
      int caplen = batch.caplens[i];
      accounts.keep(slot, payload, snaplen > 0 ? Math.min(snaplen, caplen) : caplen);
    }
  }

  /** True if a control packet is kept although its flow, of this state, is cut. */
  private boolean keepsControl(long packetWord) {
    return (packetWord >>> CONTROL_SHIFT & CONTROL_MASK) < Cutoff.MAX_CONTROL
        && limits.keepsControl(FlowSlotLayout.trafficClass(packetWord));
  }

  /** Tells the listener what packet {@code i} meant to its flow, which is in this slot. */
  private void tell(int i, long slot, long now) {
    if (flows.isNew(i)) {
      listener.onStart(flow.at(slot));
    }
    if (flows.isJustCut(i)) {
      cut++;
      listener.onCut(flow.at(slot));
      if (records != null) {
        records.cut(slot, now);
      }
    }
    reportIfLarge(slot, keys.payloadLength(i));
  }

  /** Tells the listener if these last bytes made the flow large, or twice as large as before. */
  private void reportIfLarge(long slot, long payload) {
    long bytes = FlowSlotLayout.bytes(ALL.get(LONG, slot + BYTES));
    if (bytes >= largeBytes) {
      int doublings = 63 - Long.numberOfLeadingZeros(bytes / largeBytes);
      long threshold = largeBytes << doublings;
      if (bytes - payload < threshold) {
        listener.onLarge(flow.at(slot), threshold);
      }
    }
  }

  private void onBooked(long slot, long payload, long hash) {
    reportIfLarge(slot, payload);
    largest.look(flow.at(slot), hash);
  }

  /** Forgets some of the flows that are over. Called after each batch. */
  void expire(long now) {
    armed.book(now);
    hand.move(now);
    writeRecords();
  }

  private void writeRecords() {
    if (records != null) {
      records.writeIfLarge();
      records.showIfAsked();
    }
  }

  /** Forgets the flows that are over, when no packet comes. */
  void expireIdle(long now) {
    armed.book(now);
    hand.moveIdle(now);
    writeRecords();
  }

  /** Flows that reached their cutoff. */
  long cut() {
    return cut;
  }

  /** Slots looked at beyond the first of each look-up: the price of collisions. */
  long probes() {
    return slots.probes();
  }
}
