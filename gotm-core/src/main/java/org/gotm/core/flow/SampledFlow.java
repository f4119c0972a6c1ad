package org.gotm.core.flow;

import org.gotm.core.packet.FlowKey;

/**
 * A flow as it was when a sample of the traffic last had a packet of it.
 *
 * @param key protocol and both ends, the same for both directions unless directions are flows of
 *     their own
 * @param bytes payload bytes of the flow until then, by wire length, kept or cut
 * @param packets packets until then, kept or cut
 * @param trafficClass index of its class in {@link TrafficClasses#all}
 * @param timestampNanos when that was, by the packet's time, nanoseconds since 1970
 */
public record SampledFlow(
    FlowKey key, long bytes, long packets, int trafficClass, long timestampNanos) {}
