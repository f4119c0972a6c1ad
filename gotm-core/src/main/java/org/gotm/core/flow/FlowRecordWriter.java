package org.gotm.core.flow;

import static org.gotm.core.memory.NativeMemory.ALL;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.gotm.core.packet.FlowKeys;

/** Puts what is known of a flow into a record. Makes no objects. One thread. */
final class FlowRecordWriter {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private static final int ADDRESS_WORDS = 4;

  private final FlowSlots slots;
  private final FlowAccounts accounts;
  private final FlowRecordRing ring;
  private final long[] key = new long[FlowKeys.HASH];

  /** Writes records of the flows in these slots. */
  FlowRecordWriter(FlowSlots slots, FlowRecordRing ring) {
    this.slots = slots;
    accounts = slots.accounts();
    this.ring = ring;
  }

  /** Writes a record of what came since the one before; none if nothing did. */
  void write(long slot, int reason) {
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
    fillKey(record, slot, isFromSecond);
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

  /** The key, the source first, and without the network that tells it from others. */
  private void fillKey(long record, long slot, boolean isFromSecond) {
    FlowSlots.copyKey(slot, key);
    key[FlowKeys.ADDRESS_0] ^= ALL.get(LONG, slots.details(slot) + FlowSlotLayout.NETWORK);
    if (isFromSecond) {
      reverse(key);
    }
    ALL.set(LONG, record + FlowRecordLayout.META, key[FlowKeys.META]);
    for (int word = 0; word < ADDRESS_WORDS; word++) {
      long at = record + FlowRecordLayout.ADDRESS_0 + word * 8L;
      ALL.set(LONG, at, key[FlowKeys.ADDRESS_0 + word]);
    }
  }

  /** As {@link org.gotm.core.packet.FlowKey#reversed}, in place. */
  private static void reverse(long[] key) {
    int family = (int) key[FlowKeys.META] & 0xff;
    switch (family) {
      case FlowKeys.FAMILY_IPV4, FlowKeys.FAMILY_ARP ->
          key[FlowKeys.ADDRESS_0] = Long.rotateLeft(key[FlowKeys.ADDRESS_0], Integer.SIZE);
      case FlowKeys.FAMILY_IPV6 -> {
        swap(key, FlowKeys.ADDRESS_0, FlowKeys.ADDRESS_0 + 2);
        swap(key, FlowKeys.ADDRESS_0 + 1, FlowKeys.ADDRESS_0 + 3);
      }
      default -> swap(key, FlowKeys.ADDRESS_0, FlowKeys.ADDRESS_0 + 1);
    }
    if (family != FlowKeys.FAMILY_MAC) { // there the second port is an EtherType
      int ports = Integer.rotateLeft((int) (key[FlowKeys.META] >>> Integer.SIZE), Short.SIZE);
      key[FlowKeys.META] = key[FlowKeys.META] & 0xffff_ffffL | (long) ports << Integer.SIZE;
    }
  }

  private static void swap(long[] key, int one, int other) {
    long word = key[one];
    key[one] = key[other];
    key[other] = word;
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
