package org.gotm.core.flow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.PacketBuilder;
import org.gotm.core.source.CutOffload;

/** A kernel that cuts flows, as it is documented to: in maps and lists. */
final class FakeOffload implements CutOffload {
  private static final int CONTROL = PacketBuilder.SYN | PacketBuilder.FIN | PacketBuilder.RST;

  private static final int HEADERS = 40;

  /** An armed flow. */
  private static final class Entry {
    FlowKey key;
    boolean isOver;
    long packets;
    long bytes;
    long payload;
    long lastNanos;
  }

  private final long timeoutNanos;
  private final int headerBytes;
  private final Entry[] entries;
  private final Deque<Integer> free = new ArrayDeque<>();
  private final Map<FlowKey, Integer> armed = new HashMap<>();
  private final Map<Integer, FlowKey> keys = new HashMap<>();
  private final List<Integer> asked = new ArrayList<>();
  long now;
  boolean isOn = true;
  boolean hasFailed;
  long packets;
  long bytes;
  int mostArmed;
  int disarmed;
  long delivered;
  long cutBehind;

  FakeOffload(int capacity, long timeoutNanos, int headerBytes) {
    this.timeoutNanos = timeoutNanos;
    this.headerBytes = headerBytes;
    entries = new Entry[capacity];
    for (int i = 0; i < capacity; i++) {
      entries[i] = new Entry();
      free.add(i);
    }
  }

  /** Sends packets that have come past this to a cutter; answers those that are kept. */
  List<FlowRig.Packet> send(FlowRig rig, List<FlowRig.Packet> packets, long nanos) {
    now = nanos;
    List<FlowRig.Packet> passed = new ArrayList<>();
    for (FlowRig.Packet packet : packets) {
      FlowKey key = keys.computeIfAbsent(packet.flow(), rig::key);
      if (!cuts(key, packet.tcpFlags(), packet.payload(), HEADERS + packet.payload())) {
        passed.add(packet);
      }
    }
    List<FlowRig.Packet> kept = new ArrayList<>();
    for (int index : rig.send(passed, nanos)) {
      kept.add(passed.get(index));
    }
    rig.cutter().expire(nanos);
    return kept;
  }

  /** True if a packet of this flow is dropped now; it is counted then. */
  private boolean cuts(FlowKey key, int tcpFlags, int payload, int wireLength) {
    Integer number = armed.get(key);
    if (number == null || asked.contains(number)) {
      return false;
    }
    Entry entry = entries[number];
    if ((tcpFlags & CONTROL) != 0) {
      entry.isOver |= (tcpFlags & PacketBuilder.SYN) != 0 && (tcpFlags & PacketBuilder.ACK) == 0;
      return false;
    }
    entry.isOver |= now - entry.lastNanos > timeoutNanos;
    if (entry.isOver) {
      return false;
    }
    entry.lastNanos = now;
    if (headerBytes > 0) {
      return false;
    }
    entry.packets++;
    entry.payload += payload;
    entry.bytes += wireLength;
    packets++;
    bytes += wireLength;
    return true;
  }

  int armed() {
    return armed.size();
  }

  boolean isArmed(FlowKey key) {
    return armed.containsKey(key);
  }

  private static FlowKey key(long[] words, int at) {
    return FlowKey.of(
        words[at + FlowKeys.META],
        words[at + FlowKeys.ADDRESS_0],
        words[at + FlowKeys.ADDRESS_0 + 1],
        words[at + FlowKeys.ADDRESS_0 + 2],
        words[at + FlowKeys.ADDRESS_0 + 3]);
  }

  @Override
  public int capacity() {
    return entries.length;
  }

  @Override
  public void count(int delivered, int cut) {
    this.delivered += delivered;
    cutBehind += cut;
  }

  @Override
  public boolean isOn() {
    return isOn;
  }

  @Override
  public int headerBytes() {
    return headerBytes;
  }

  @Override
  public int arm(long[] words, int at, long nanos) {
    if (free.isEmpty()) {
      return NONE;
    }
    int number = free.poll();
    Entry entry = new Entry();
    entry.key = key(words, at);
    entry.lastNanos = now;
    entries[number] = entry;
    if (armed.put(entry.key, number) != null) {
      throw new AssertionError("armed twice: " + entry.key);
    }
    asked.add(number);
    mostArmed = Math.max(mostArmed, armed.size());
    return number;
  }

  @Override
  public void flush() {
    asked.clear();
  }

  @Override
  public int find(long[] words, int at) {
    return hasFailed ? NONE : armed.getOrDefault(key(words, at), NONE);
  }

  @Override
  public void disarm(int entry, long[] words, int at) {
    if (!armed.remove(key(words, at), entry)) {
      throw new AssertionError("not armed: " + key(words, at));
    }
    free.add(entry);
    disarmed++;
  }

  @Override
  public boolean isOver(int entry) {
    return entries[entry].isOver;
  }

  @Override
  public long packets(int entry, int end) {
    return end == 0 ? entries[entry].packets : 0; // all packets of a rig are the first end's
  }

  @Override
  public long bytes(int entry, int end) {
    return end == 0 ? entries[entry].bytes : 0;
  }

  @Override
  public long payloadBytes(int entry, int end) {
    return end == 0 ? entries[entry].payload : 0;
  }

  @Override
  public long lastNanos(int entry) {
    return entries[entry].lastNanos;
  }
}
