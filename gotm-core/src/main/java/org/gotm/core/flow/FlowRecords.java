package org.gotm.core.flow;

import static org.gotm.core.memory.NativeMemory.ALL;

import java.lang.foreign.ValueLayout;
import org.gotm.core.memory.NativeMemory;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.source.PacketBatch;

/**
 * Writes the records of flows: of each one when it ends, of those that last now and then, and of
 * all that are in the table when somebody asks. One thread, the table's, but where it is said.
 */
final class FlowRecords {
  /** After so long a flow gets a record, and goes on. */
  static final long ACTIVE_NANOS = 900_000_000_000L;

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int ENDS = FlowKeys.FIN | FlowKeys.RST;

  private final FlowSlots slots;
  private final FlowAccounts accounts;
  private final FlowRecordRing ring;
  private final FlowRecordWriter writer;
  private final FlowShow show;
  private final FlowOrigin origin;
  private final FlowWalk settling;
  private final FlowWalk.Visitor settler = this::settle;
  private FlowLimits limits;
  private long number;

  /** No record yet. */
  FlowRecords(FlowSlots slots, FlowRecordRing ring, TunnelOptions tunnels) {
    this.slots = slots;
    accounts = slots.accounts();
    this.ring = ring;
    writer = new FlowRecordWriter(slots, ring);
    show = new FlowShow(slots, writer, ring);
    origin = new FlowOrigin(tunnels);
    settling = new FlowWalk(slots);
    number = ring.firstNumber();
  }

  /** Shows the flows that go on. */
  FlowShow show() {
    return show;
  }

  /** Flows are cut by these limits from now on: some may be cut that were not, or no more. */
  void use(FlowLimits newLimits) {
    if (limits != null) {
      settling.begin(System.nanoTime());
    }
    limits = newLimits;
  }

  /** Settles the flows of a batch, before it is counted, while not all are settled. */
  void settleLoop(FlowKeys keys, int count) {
    if (settling.hasEnded()) {
      return;
    }
    for (int i = 0; i < count; i++) {
      int key = i << FlowKeys.RECORD_SHIFT;
      long slot = NativeMemory.address(slots.find(key));
      if (keys.meta(i) != 0 && !FlowSlots.isEmpty(slot)) {
        settle(slot);
      }
    }
  }

  /** The limits have changed, so that the flow is cut now, or no more, without a packet. */
  private void settle(long slot) {
    boolean isCut = accounts.isCut(slot);
    if (isCut != isWithin(slot)) {
      return;
    }
    if (isCut) {
      writer.write(slot, FlowRecord.ACTIVE_TIMEOUT);
      goOn(slot);
      accounts.uncut(slot);
    } else {
      cut(slot, ALL.get(LONG, slot + FlowSlotLayout.LAST_NANOS));
    }
  }

  /** Shows and settles some flows, if that is to be done. Called after each batch. */
  void expire() {
    writeIfLarge();
    show.goOn();
    if (!settling.hasEnded()) {
      settling.step(settling.due(System.nanoTime()), settler);
    }
  }

  /** Frames of this link type come next. */
  void begin(int linkType) {
    origin.begin(linkType);
  }

  /** A flow begins with packet {@code i}, which is not counted yet. */
  void begin(long slot, int i, PacketBatch batch, int control) {
    accounts.clear(slot);
    origin.read(batch, i);
    boolean isFromSecond = (control & FlowKeys.FROM_SECOND) != 0;
    boolean isFromFirst = isFromSecond == ((control & FlowKeys.QUOTES) != 0);
    long source = origin.source();
    long target = origin.target();
    long facts = accounts.facts(slot);
    ALL.set(LONG, facts + FlowAccounts.FIRST_NANOS, batch.timestampsNanos[i]);
    ALL.set(LONG, facts + FlowAccounts.NUMBER, ++number);
    ALL.set(LONG, facts + FlowAccounts.NETWORK, origin.network());
    ALL.set(LONG, facts + FlowAccounts.KIND, origin.kind());
    ALL.set(LONG, facts + FlowAccounts.FIRST_END_MAC, isFromFirst ? source : target);
    ALL.set(LONG, facts + FlowAccounts.SECOND_END_MAC, isFromFirst ? target : source);
    cutIfNotWithin(slot, batch.timestampsNanos[i]);
  }

  /** What is of a class that keeps nothing is cut from its beginning. */
  private void cutIfNotWithin(long slot, long nanos) {
    if (!isWithin(slot)) {
      cut(slot, nanos);
    }
  }

  /** A flow ends. */
  void end(long slot, EndReason reason) {
    writer.write(slot, number(slot, reason));
  }

  /** The flow, of which there was a record just now, has its budget anew. */
  void beginAge(long slot, long nanos) {
    goOn(slot);
    accounts.uncut(slot);
    cutIfNotWithin(slot, nanos);
  }

  private int number(long slot, EndReason reason) {
    long flags = accounts.flags(slot, 0) | accounts.flags(slot, 1);
    long state = ALL.get(LONG, slot + FlowSlotLayout.PACKETS);
    boolean isClosed = (state & FlowSlotLayout.CLOSED) != 0 || (flags & ENDS) != 0;
    return switch (reason) {
      case IDLE -> isClosed ? FlowRecord.END_SEEN : FlowRecord.IDLE;
      case NEW_CONNECTION -> FlowRecord.END_SEEN;
      case AGED -> FlowRecord.ACTIVE_TIMEOUT;
      case EVICTED -> FlowRecord.NO_ROOM;
      case CAPTURE_END -> FlowRecord.FORCED;
    };
  }

  /** Writes a record of a flow that lasts, if it is time to. */
  void writeIfLong(long slot, long now) {
    long began = ALL.get(LONG, accounts.facts(slot) + FlowAccounts.FIRST_NANOS);
    if (now - began >= ACTIVE_NANOS) {
      writer.write(slot, FlowRecord.ACTIVE_TIMEOUT);
      goOn(slot);
    }
  }

  /** Writes a record of a flow whose counts may soon have no room. All that came is counted. */
  private void writeIfLarge() {
    long slot = accounts.takeLarge();
    if (slot != 0 && !FlowSlots.isEmpty(slot)) {
      writer.write(slot, FlowRecord.ACTIVE_TIMEOUT);
      goOn(slot);
    }
  }

  private boolean isWithin(long slot) {
    return limits.isWithin(
        ALL.get(LONG, slot + FlowSlotLayout.PACKETS), ALL.get(LONG, slot + FlowSlotLayout.BYTES));
  }

  /** The next record of a flow begins where the one before ends. */
  private void goOn(long slot) {
    accounts.clearCounts(slot);
    long facts = accounts.facts(slot);
    long last = ALL.get(LONG, slot + FlowSlotLayout.LAST_NANOS);
    ALL.set(LONG, facts + FlowAccounts.FIRST_NANOS, last);
    long kind = ALL.get(LONG, facts + FlowAccounts.KIND);
    ALL.set(
        LONG,
        facts + FlowAccounts.KIND,
        kind | (long) FlowRecordLayout.CONTINUES << FlowAccounts.BITS_SHIFT);
  }

  /** The flow has reached its cutoff. */
  void cut(long slot, long nanos) {
    long bytes = FlowSlotLayout.bytes(ALL.get(LONG, slot + FlowSlotLayout.BYTES));
    accounts.cut(slot, nanos, bytes);
  }

  /** Waits, as no packet will come that would have to wait with it. */
  void awaitRoom() {
    ring.awaitHalf();
  }

  /** No flow is left, nor will one come. */
  void end() {
    show.end();
  }
}
