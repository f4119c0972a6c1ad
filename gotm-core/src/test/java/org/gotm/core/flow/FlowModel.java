package org.gotm.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * What a flow table does, said with a HashMap. Which flow gives way when the table is full, and
 * when an idle flow is forgotten, is the table's choice: the model checks that it was allowed.
 */
final class FlowModel {
  private static final int MAX_CONTROL = 16;

  private final Map<String, State> flows = new HashMap<>();
  private final int capacityFlows;
  private final long timeoutNanos;
  private final long packetCutoff;
  private final long byteCutoff;
  private final long largeBytes;
  private long created;
  private long expired;
  private long evicted;

  private static final class State {
    private long packets;
    private long bytes;
    private int control;
    private long lastNanos;

    State(long nanos) {
      lastNanos = nanos;
    }
  }

  FlowModel(
      int capacityFlows, long timeoutNanos, long packetCutoff, long byteCutoff, long largeBytes) {
    this.capacityFlows = capacityFlows;
    this.timeoutNanos = timeoutNanos;
    this.packetCutoff = packetCutoff;
    this.byteCutoff = byteCutoff;
    this.largeBytes = largeBytes;
  }

  /**
   * Packets of one moment.
   *
   * @param heard what the table told its listener meanwhile, in order
   * @return indexes of the packets to keep
   */
  List<Integer> send(List<FlowRig.Packet> packets, long now, List<FlowRig.Event> heard) {
    Queue<FlowRig.Event> events = new ArrayDeque<>(heard);
    List<Integer> kept = new ArrayList<>();
    for (int i = 0; i < packets.size(); i++) {
      FlowRig.Packet packet = packets.get(i);
      String name = FlowRig.name(packet.flow());
      State flow = find(name, now, events);
      boolean keep = flow.packets < packetCutoff && flow.bytes < byteCutoff;
      if (!keep && (packet.tcpFlags() & 7) != 0 && flow.control < MAX_CONTROL) {
        flow.control++;
        keep = true;
      }
      count(name, flow, packet.payload(), now, events);
      if (keep) {
        kept.add(i);
      }
    }
    assertThat(events).as("heard without reason").isEmpty();
    return kept;
  }

  private State find(String name, long now, Queue<FlowRig.Event> events) {
    State flow = flows.get(name);
    if (flow != null && !isOver(flow, now)) {
      return flow;
    }
    if (flow != null) {
      end(name, now, events.remove());
    } else if (flows.size() == capacityFlows) {
      FlowRig.Event event = events.remove();
      end(event.flow(), now, event);
    }
    created++;
    State fresh = new State(now);
    flows.put(name, fresh);
    return fresh;
  }

  /** What {@link FlowTimeTest} says with numbers: the time may not jump, on or back. */
  private boolean isOver(State flow, long now) {
    return now > flow.lastNanos + timeoutNanos || now < flow.lastNanos - timeoutNanos;
  }

  private void count(String name, State flow, int payload, long now, Queue<FlowRig.Event> events) {
    long before = flow.bytes;
    flow.packets++;
    flow.bytes += payload;
    flow.lastNanos = Math.max(flow.lastNanos, now);
    long passed = 0;
    for (long size = largeBytes; size <= flow.bytes; size *= 2) {
      passed = before < size ? size : passed;
    }
    if (passed != 0) {
      assertThat(events.remove())
          .isEqualTo(new FlowRig.Event(name, flow.packets, flow.bytes, passed, flow.lastNanos));
    }
  }

  /** A flow has ended: it must be one that there is, with the right counts, and for a reason. */
  private void end(String name, long now, FlowRig.Event event) {
    State flow = flows.remove(name);
    assertThat(flow).as("%s ended and is unknown", name).isNotNull();
    assertThat(event)
        .isEqualTo(new FlowRig.Event(name, flow.packets, flow.bytes, 0, flow.lastNanos));
    if (isOver(flow, now)) {
      expired++;
    } else {
      evicted++;
    }
  }

  /** The table's hand has moved: only idle flows may have ended. */
  void expire(long now, List<FlowRig.Event> heard) {
    long evictedBefore = evicted;
    for (FlowRig.Event event : heard) {
      end(event.flow(), now, event);
    }
    assertThat(evicted).as("forgotten before the timeout").isEqualTo(evictedBefore);
  }

  int size() {
    return flows.size();
  }

  long created() {
    return created;
  }

  long expired() {
    return expired;
  }

  long evicted() {
    return evicted;
  }
}
