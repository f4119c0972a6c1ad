package org.gotm.core.flow;

import static org.gotm.core.memory.NativeMemory.ALL;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.gotm.core.packet.FlowKey;
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

  /**
   * Time for a walk over all slots when the flows in the table are asked for, so that packets do
   * not wait.
   */
  private static final long WALK_NANOS = 1_000_000_000;

  private static final int LEAST_STEP_SLOTS = 64;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private final FlowSlots slots;
  private final FlowAccounts accounts;
  private final FlowRecordRing ring;
  private final FlowOrigin origin;
  private final Flow flow;
  private FlowLimits limits;
  private long number;
  private long shownSlots;
  private long showing;
  private long walkedNanos;
  private volatile long showAsked;
  private volatile long shown;

  /** No record yet. */
  FlowRecords(FlowSlots slots, FlowRecordRing ring, TunnelOptions tunnels) {
    this.slots = slots;
    accounts = slots.accounts();
    this.ring = ring;
    origin = new FlowOrigin(tunnels);
    flow = new Flow(slots);
    number = ring.firstNumber();
  }

  /** Flows are cut by these limits from now on. */
  void use(FlowLimits newLimits) {
    limits = newLimits;
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
    if (!isWithin(slot)) {
      cut(slot, batch.timestampsNanos[i]); // its class keeps nothing
    }
  }

  /** A flow ends. */
  void end(long slot, EndReason reason) {
    write(slot, number(slot, reason));
    if (reason == EndReason.AGED) {
      goOn(slot);
    }
  }

  /** A flow that goes on has its budget anew: the slot counts from 0. */
  void renew(long slot) {
    accounts.clearCounts(slot);
    accounts.uncut(slot);
  }

  private static int number(long slot, EndReason reason) {
    boolean isClosed = (ALL.get(LONG, slot + FlowSlotLayout.PACKETS) & FlowSlotLayout.CLOSED) != 0;
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
      write(slot, FlowRecord.ACTIVE_TIMEOUT);
      goOn(slot);
    }
    if (accounts.isCut(slot) == isWithin(slot)) {
      takeNewLimits(slot);
    }
  }

  /** Writes a record of a flow whose counts may soon have no room. All that came is counted. */
  void writeIfLarge() {
    long slot = accounts.takeLarge();
    if (slot != 0 && !FlowSlots.isEmpty(slot)) {
      write(slot, FlowRecord.ACTIVE_TIMEOUT);
      goOn(slot);
    }
  }

  private boolean isWithin(long slot) {
    return limits.isWithin(
        ALL.get(LONG, slot + FlowSlotLayout.PACKETS), ALL.get(LONG, slot + FlowSlotLayout.BYTES));
  }

  /** The limits have changed, so that the flow is cut now without having come to its cutoff. */
  private void takeNewLimits(long slot) {
    if (accounts.isCut(slot)) {
      write(slot, FlowRecord.ACTIVE_TIMEOUT);
      goOn(slot);
      accounts.uncut(slot);
    } else {
      cut(slot, ALL.get(LONG, slot + FlowSlotLayout.LAST_NANOS));
    }
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

  /**
   * Asks for records of the flows that are in the table. Any thread.
   *
   * @return what {@link #hasShown} is to be asked with
   */
  synchronized long show() {
    return ++showAsked;
  }

  /** True when these records are in the ring. Any thread. */
  boolean hasShown(long request) {
    return shown >= request;
  }

  /** Writes records of some of the flows in the table, if they are asked for. */
  void showIfAsked() {
    if (showing == 0) {
      if (showAsked == shown) {
        return;
      }
      showing = showAsked;
      shownSlots = 0;
      walkedNanos = System.nanoTime();
    }
    long now = System.nanoTime();
    if (ring.isHalfFree()) {
      double share = (double) (now - walkedNanos) / WALK_NANOS;
      showSome((long) Math.min(share * slots.count(), ring.capacity() / 2) + LEAST_STEP_SLOTS);
    }
    walkedNanos = now;
  }

  /**
   * Goes on to an empty slot, across which no flow is ever moved: so none is missed that was there
   * when it was asked for, but one may be shown twice.
   */
  private void showSome(long count) {
    long slot = slots.first() + (shownSlots << FlowSlotLayout.LENGTH_SHIFT);
    int i = 0;
    while (shownSlots < slots.count() && (i < count || !FlowSlots.isEmpty(slot))) {
      if (!FlowSlots.isEmpty(slot)) {
        write(slot, FlowRecord.LIVE);
      }
      slot = slots.next(slot);
      shownSlots++;
      i++;
    }
    if (shownSlots == slots.count()) {
      shown = showing;
      showing = 0;
    }
  }

  /** Waits, as no packet will come that would have to wait with it. */
  void awaitRoom() {
    ring.awaitHalf();
  }

  /** No flow is left, nor will one come. */
  void end() {
    shown = Long.MAX_VALUE;
    showing = 0;
  }

  private void write(long slot, int reason) {
    if (accounts.isEmpty(slot)) {
      return; // nothing came since the record before
    }
    long record = ring.claim();
    if (record != 0) {
      fill(record, slot, reason);
      ring.publish();
    }
  }

  private void fill(long record, long slot, int reason) {
    long state = ALL.get(LONG, slot + FlowSlotLayout.PACKETS);
    boolean isFromSecond = (state & FlowSlotLayout.FROM_SECOND) != 0;
    long facts = accounts.facts(slot);
    copy(facts + FlowAccounts.FIRST_NANOS, record + FlowRecordLayout.FIRST_NANOS);
    copy(slot + FlowSlotLayout.LAST_NANOS, record + FlowRecordLayout.LAST_NANOS);
    copy(facts + FlowAccounts.CUT_NANOS, record + FlowRecordLayout.CUT_NANOS);
    copy(facts + FlowAccounts.CUT_OFFSET, record + FlowRecordLayout.CUT_OFFSET);
    fillKey(record, flow.at(slot).fromSender());
    int source = isFromSecond ? 1 : 0;
    fillEnd(record + FlowRecordLayout.SOURCE, slot, source);
    fillEnd(record + FlowRecordLayout.DESTINATION, slot, 1 - source);
    fillMac(record + FlowRecordLayout.SOURCE_MAC, slot, source);
    fillMac(record + FlowRecordLayout.DESTINATION_MAC, slot, 1 - source);
    copy(facts + FlowAccounts.NETWORK, record + FlowRecordLayout.VLAN);
    long kind = ALL.get(LONG, facts + FlowAccounts.KIND);
    ALL.set(BYTE, record + FlowRecordLayout.TUNNEL, (byte) kind);
    ALL.set(BYTE, record + FlowRecordLayout.CLASS, (byte) FlowSlotLayout.trafficClass(state));
    ALL.set(BYTE, record + FlowRecordLayout.REASON, (byte) reason);
    ALL.set(BYTE, record + FlowRecordLayout.BITS, (byte) (kind >>> FlowAccounts.BITS_SHIFT));
    ALL.set(SHORT, record + FlowRecordLayout.ICMP_TYPE, (short) (kind >>> 16));
    ALL.set(SHORT, record + FlowRecordLayout.INTERFACE, (short) ring.interfaceNumber());
    copy(facts + FlowAccounts.NUMBER, record + FlowRecordLayout.NUMBER);
  }

  private static void fillKey(long record, FlowKey key) {
    ALL.set(LONG, record + FlowRecordLayout.META, key.meta());
    ALL.set(LONG, record + FlowRecordLayout.ADDRESS_0, key.address0());
    ALL.set(LONG, record + FlowRecordLayout.ADDRESS_0 + 8, key.address1());
    ALL.set(LONG, record + FlowRecordLayout.ADDRESS_0 + 16, key.address2());
    ALL.set(LONG, record + FlowRecordLayout.ADDRESS_0 + 24, key.address3());
  }

  private void fillEnd(long to, long slot, int end) {
    ALL.set(LONG, to + FlowRecordLayout.PACKETS, accounts.packets(slot, end));
    ALL.set(LONG, to + FlowRecordLayout.KEPT_PACKETS, accounts.keptPackets(slot, end));
    ALL.set(LONG, to + FlowRecordLayout.BYTES, accounts.bytes(slot, end));
    ALL.set(LONG, to + FlowRecordLayout.KEPT_BYTES, accounts.keptBytes(slot, end));
    ALL.set(LONG, to + FlowRecordLayout.PAYLOAD_BYTES, accounts.payload(slot, end));
  }

  private void fillMac(long to, long slot, int end) {
    int at = end == 0 ? FlowAccounts.FIRST_END_MAC : FlowAccounts.SECOND_END_MAC;
    long mac = ALL.get(LONG, accounts.facts(slot) + at);
    ALL.set(LONG, to, mac << FlowRecordLayout.MAC_SHIFT | accounts.flags(slot, end));
  }

  private static void copy(long from, long to) {
    ALL.set(LONG, to, ALL.get(LONG, from));
  }
}
