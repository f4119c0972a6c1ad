package org.gotm.core.flow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.source.PacketBatch;

/**
 * The flows with the most bytes of those that send now, found in a sample: of all batches it looks
 * at one each hundredth of a second, and every two seconds makes known what it found. What sends
 * much is in many of the batches; and as the table counts every packet, the bytes of the flows that
 * are found are exact.
 *
 * <p>Hot path, but for {@link #list}: nothing is done per packet of other batches, and nothing at
 * all before somebody has asked. One thread looks, any thread asks.
 */
final class LargestFlows {
  /** Flows that are found at most. */
  static final int MOST = 16;

  /** Time between two looks, as packets tell it. */
  static final long LOOK_NANOS = 10_000_000;

  /** Time after which what was found is made known, and looking begins anew. */
  static final long WINDOW_NANOS = 2_000_000_000;

  private static final int META = 0;
  private static final int ADDRESS = 1;
  private static final int BYTES = 5;
  private static final int PACKETS = 6;
  private static final int CLASS = 7;
  private static final int TIME = 8;
  private static final int HASH = 9;
  private static final int LENGTH = 10;
  private static final long[] NONE = {};

  private final BatchFlows flows;
  private final long[] found = new long[MOST * LENGTH];
  private int count;
  private long least;
  private long windowNanos;
  private long lookNanos;
  private volatile boolean asked;
  private volatile long[] published = NONE;

  /** Nobody has asked yet. */
  LargestFlows(BatchFlows flows) {
    this.flows = flows;
  }

  /** Looks at a batch whose packets were counted, if it is time to. */
  void look(PacketBatch batch) {
    if (!asked || batch.count() == 0) {
      return;
    }
    long now = batch.timestampsNanos[batch.count() - 1];
    if (isOver(lookNanos, LOOK_NANOS, now)) {
      lookNanos = now;
      publishIfDue(now);
      lookLoop(batch);
    }
  }

  /** When no batch comes, what was found is soon no more what sends now. */
  void idle(long now) {
    if (asked) {
      publishIfDue(now);
    }
  }

  private static boolean isOver(long begin, long length, long now) {
    return now - begin >= length || now < begin;
  }

  private void publishIfDue(long now) {
    if (isOver(windowNanos, WINDOW_NANOS, now)) {
      published = count == 0 ? NONE : Arrays.copyOf(found, count * LENGTH);
      windowNanos = now;
      count = 0;
      least = 0;
    }
  }

  private void lookLoop(PacketBatch batch) {
    int packets = batch.count();
    for (int i = 0; i < packets; i++) {
      if (flows.bytes(i) > least && flows.isKnown(i)) {
        note(i, batch.timestampsNanos[i]);
      }
    }
  }

  /** Looks at a flow of which no packet comes: its hash is that of its key. */
  void look(Flow flow, long hash) {
    if (asked && flow.bytes() > least) {
      int at = put(hash, flow.bytes(), flow.packets(), flow.trafficClass(), flow.lastNanos());
      FlowKey key = flow.key();
      found[at + META] = key.meta();
      found[at + ADDRESS] = key.address0();
      found[at + ADDRESS + 1] = key.address1();
      found[at + ADDRESS + 2] = key.address2();
      found[at + ADDRESS + 3] = key.address3();
    }
  }

  private void note(int packet, long now) {
    int at =
        put(
            flows.hash(packet),
            flows.bytes(packet),
            flows.packets(packet),
            flows.trafficClass(packet),
            now);
    found[at + META] = flows.meta(packet);
    for (int n = 0; n < BYTES - ADDRESS; n++) {
      found[at + ADDRESS + n] = flows.address(packet, n);
    }
  }

  /** Notes all of a flow but its key, which is to be put where this answers. */
  private int put(long hash, long bytes, long packets, int trafficClass, long now) {
    int at = placeOf(hash);
    found[at + BYTES] = bytes;
    found[at + PACKETS] = packets;
    found[at + CLASS] = trafficClass;
    found[at + TIME] = now;
    found[at + HASH] = hash;
    least = count < MOST ? 0 : found[smallest() + BYTES];
    return at;
  }

  /** Where the flow of this hash is, or else a place that is free, or else the smallest one's. */
  private int placeOf(long hash) {
    for (int at = 0; at < count * LENGTH; at += LENGTH) {
      if (found[at + HASH] == hash) { // of 64 bits, so that it is the flow's own
        return at;
      }
    }
    return count < MOST ? LENGTH * count++ : smallest();
  }

  private int smallest() {
    int smallest = 0;
    for (int at = LENGTH; at < count * LENGTH; at += LENGTH) {
      if (found[at + BYTES] < found[smallest + BYTES]) {
        smallest = at;
      }
    }
    return smallest;
  }

  /** What was found last, the largest first; from now on there is a look. Any thread. */
  List<SampledFlow> list() {
    asked = true;
    long[] words = published;
    List<SampledFlow> list = new ArrayList<>();
    for (int at = 0; at < words.length; at += LENGTH) {
      list.add(
          new SampledFlow(
              FlowKey.of(words[at], words[at + 1], words[at + 2], words[at + 3], words[at + 4]),
              words[at + BYTES],
              words[at + PACKETS],
              (int) words[at + CLASS],
              words[at + TIME]));
    }
    list.sort(Comparator.comparingLong(SampledFlow::bytes).reversed());
    return list;
  }
}
