package org.gotm.core.flow;

import static org.gotm.core.flow.FlowSlotLayout.ARMED;
import static org.gotm.core.flow.FlowSlotLayout.BYTES;
import static org.gotm.core.flow.FlowSlotLayout.BYTES_SHIFT;
import static org.gotm.core.flow.FlowSlotLayout.CLOSED;
import static org.gotm.core.flow.FlowSlotLayout.LAST_NANOS;
import static org.gotm.core.flow.FlowSlotLayout.PACKETS;
import static org.gotm.core.flow.FlowSlotLayout.PACKETS_SHIFT;
import static org.gotm.core.memory.NativeMemory.ALL;
import static org.gotm.core.packet.FlowKeys.RECORD_SHIFT;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.source.CutOffload;
import org.gotm.core.source.PacketBatch;

/**
 * The flows of the table that are armed: cut flows whose packets a {@link CutOffload} keeps from
 * coming here. It says which, and books what was cut in the flows of the table, so that they are
 * what they would be if all packets came. One thread.
 *
 * <p>Flows are armed that still send after their cut: of the packets of each batch a part is looked
 * at. All that are armed are booked once a second, a few at a time; one that was not cut since the
 * last time is disarmed. Where the table is in doubt about a flow, whether it is over or is another
 * connection, it settles it first: disarms it and books the rest. So an armed flow is always one
 * that is cut, and not one that is old.
 */
final class ArmedFlows {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  /** Of the packets of a batch, one in so many is looked at. */
  private static final int STRIDE = 4;

  private static final int MOST_A_BATCH = 64;
  private static final int STEPS_A_ROUND = 16;
  private static final long STEP_NANOS = 1_000_000_000 / STEPS_A_ROUND;

  // A record is a key with its hash, as FlowKeys has it, and what was booked last of both ends.
  private static final int LAST = 6;
  private static final int BOOKED = 7;
  private static final int BOOKED_PACKETS = 0;
  private static final int BOOKED_PAYLOAD = 1;
  private static final int BOOKED_BYTES = 2;
  private static final int BOOKED_LENGTH = 3;
  private static final int ENDS = 2;
  private static final int RECORD_LENGTH = BOOKED + ENDS * BOOKED_LENGTH;

  /** Hears of what was booked. */
  interface Listener {
    /**
     * Packets were cut.
     *
     * @param slot the flow's
     * @param payload their payload bytes
     * @param hash of the flow's key
     */
    void onBooked(long slot, long payload, long hash);
  }

  private final FlowKeys keys;
  private final FlowSlots slots;
  private final FlowAccounts accounts;
  private final BatchFlows flows;
  private final Listener listener;
  private final long[] key = new long[RECORD_LENGTH];
  private final long[] packetsByClass = new long[TrafficClasses.MAX_CLASSES];
  private final long[] bytesByClass = new long[TrafficClasses.MAX_CLASSES];
  private CutOffload offload;
  private FlowLimits limits;
  private long[] records = {};
  private int[] armed = {};
  private int[] places = {};
  private int count;
  private int next;
  private int firstPacket;
  private long steppedNanos;

  /** None is armed. */
  ArmedFlows(FlowKeys keys, FlowSlots slots, BatchFlows flows, Listener listener) {
    this.keys = keys;
    this.slots = slots;
    accounts = slots.accounts();
    this.flows = flows;
    this.listener = listener;
  }

  /** Flows are armed there from now on; null for nowhere. None is armed at first. */
  void use(CutOffload newOffload) {
    settleAll();
    offload = newOffload;
    int capacity = offload == null ? 0 : offload.capacity();
    records = new long[capacity * RECORD_LENGTH];
    armed = new int[capacity];
    places = new int[capacity];
  }

  /** Flows are cut by these limits from now on: those that are armed may be so no more. */
  void use(FlowLimits newLimits) {
    settleAll();
    limits = newLimits;
  }

  /** Packets of a class that were cut elsewhere and are booked. */
  long packets(int trafficClass) {
    return packetsByClass[trafficClass];
  }

  /** Bytes of them on the wire. */
  long bytes(int trafficClass) {
    return bytesByClass[trafficClass];
  }

  /**
   * Arms flows of a batch that was decided on.
   *
   * @param keptCount how many of its packets are kept
   */
  void choose(PacketBatch batch, int keptCount) {
    if (offload == null) {
      return;
    }
    int packets = batch.count();
    offload.count(packets, packets - keptCount);
    if (offload.isOn()) {
      chooseLoop(batch);
    }
  }

  private void chooseLoop(PacketBatch batch) {
    int packets = batch.count();
    int chosen = 0;
    int i = firstPacket;
    for (; i < packets && chosen < MOST_A_BATCH; i += STRIDE) {
      if (isToBeArmed(i) && arm(i, batch.timestampsNanos[i])) {
        chosen++;
      }
    }
    firstPacket = Math.max(0, i - packets);
    if (chosen > 0) {
      offload.flush();
    }
  }

  private boolean isToBeArmed(int i) {
    return flows.isAfterCut(i)
        && !flows.isArmed(i)
        && keys.network(i) == 0
        && (keys.control(i) & FlowKeys.OPENS_OR_ENDS) == 0
        && limits.snaplenAfterCut(flows.trafficClass(i)) <= offload.headerBytes();
  }

  /** Arms the flow of packet {@code i}, unless it is armed already, or another flow by now. */
  private boolean arm(int i, long now) {
    int at = i << RECORD_SHIFT;
    long[] words = keys.words();
    long slot = slots.find(words, at);
    long packetWord = ALL.get(LONG, slot + PACKETS);
    if (FlowSlots.isEmpty(slot)
        || (packetWord & (ARMED | CLOSED)) != 0
        || limits.isWithin(packetWord, ALL.get(LONG, slot + BYTES))) {
      return false;
    }
    int entry = offload.arm(words, at, now);
    if (entry == CutOffload.NONE) {
      return false;
    }
    ALL.set(LONG, slot + PACKETS, packetWord | ARMED);
    int record = entry * RECORD_LENGTH;
    System.arraycopy(words, at, records, record, LAST);
    // nothing is booked; and as it was never cut by that, it stays for a round at least
    Arrays.fill(records, record + LAST, record + RECORD_LENGTH, 0);
    places[entry] = count;
    armed[count++] = entry;
    return true;
  }

  /** Books some of the flows, if it is time to; those that are cut no more are disarmed. */
  void book(long now) {
    if (count == 0 || now - steppedNanos < STEP_NANOS && now >= steppedNanos) {
      return;
    }
    steppedNanos = now;
    int most = (count + STEPS_A_ROUND - 1) / STEPS_A_ROUND;
    for (int step = 0; step < most && count > 0; step++) {
      next = next < count ? next : 0;
      if (staysArmed(armed[next], now)) {
        next++; // or else another one has come into its place
      }
    }
  }

  private boolean staysArmed(int entry, long now) {
    int record = entry * RECORD_LENGTH;
    long slot = slots.find(records, record);
    long last = offload.lastNanos(entry);
    boolean isCut = last != records[record + LAST];
    records[record + LAST] = last;
    book(entry, slot);
    boolean isAged = FlowLives.youth(ALL.get(LONG, slot + BYTES), now) < 0;
    if (isCut && !isAged && !offload.isOver(entry)) {
      return true;
    }
    disarm(entry, slot);
    return false;
  }

  /**
   * Disarms the flow in this slot, if it is armed, and books the rest.
   *
   * @return true if it was armed
   */
  boolean settle(long slot) {
    long packetWord = ALL.get(LONG, slot + PACKETS);
    if ((packetWord & ARMED) == 0) {
      return false;
    }
    FlowSlots.copyKey(slot, key);
    int entry = offload.find(key, 0);
    disarm(entry == CutOffload.NONE ? search(slot) : entry, slot);
    return true;
  }

  /** The entry of the armed flow in this slot, if the offload does not know it: it has failed. */
  private int search(long slot) {
    for (int i = 0; i < count; i++) {
      if (slots.find(records, armed[i] * RECORD_LENGTH) == slot) {
        return armed[i];
      }
    }
    throw new IllegalStateException("an armed flow without an entry");
  }

  private void settleAll() {
    while (count > 0) {
      int entry = armed[count - 1];
      disarm(entry, slots.find(records, entry * RECORD_LENGTH));
    }
  }

  private void disarm(int entry, long slot) {
    offload.disarm(entry, records, entry * RECORD_LENGTH);
    book(entry, slot);
    ALL.set(LONG, slot + PACKETS, ALL.get(LONG, slot + PACKETS) & ~ARMED);
    int place = places[entry];
    int lastEntry = armed[--count];
    armed[place] = lastEntry;
    places[lastEntry] = place;
  }

  /** Adds to a flow what was cut since it was last booked. */
  private void book(int entry, long slot) {
    for (int end = 0; end < ENDS; end++) {
      book(entry, slot, end);
    }
  }

  private void book(int entry, long slot, int end) {
    int booked = entry * RECORD_LENGTH + BOOKED + end * BOOKED_LENGTH;
    long packets = grown(booked + BOOKED_PACKETS, offload.packets(entry, end));
    long payload = grown(booked + BOOKED_PAYLOAD, offload.payloadBytes(entry, end));
    long bytes = grown(booked + BOOKED_BYTES, offload.bytes(entry, end));
    if (packets == 0) {
      return;
    }
    if (accounts != null) {
      accounts.addCut(slot, end, packets, payload, bytes);
    }
    long packetWord = ALL.get(LONG, slot + PACKETS) + (packets << PACKETS_SHIFT);
    long last = Math.max(ALL.get(LONG, slot + LAST_NANOS), offload.lastNanos(entry));
    ALL.set(LONG, slot + PACKETS, packetWord);
    ALL.set(LONG, slot + BYTES, ALL.get(LONG, slot + BYTES) + (payload << BYTES_SHIFT));
    ALL.set(LONG, slot + LAST_NANOS, last);
    int trafficClass = FlowSlotLayout.trafficClass(packetWord);
    packetsByClass[trafficClass] += packets;
    bytesByClass[trafficClass] += bytes;
    listener.onBooked(slot, payload, records[entry * RECORD_LENGTH + FlowKeys.HASH]);
  }

  private long grown(int at, long total) {
    long growth = total - records[at];
    records[at] = total;
    return growth;
  }
}
