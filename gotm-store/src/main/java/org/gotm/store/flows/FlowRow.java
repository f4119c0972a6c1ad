package org.gotm.store.flows;

import org.gotm.core.flow.FlowRecord;
import org.gotm.core.packet.FlowKey;
import org.gotm.store.query.CommunityIds;

/**
 * A flow record with the names that belong to it, for {@link FlowColumn} to ask; it moves from
 * record to record. One thread.
 */
public final class FlowRow {
  private final CommunityIds ids = new CommunityIds();
  private final String sensor;
  private SpoolHeader names;
  private FlowRecord flow;
  private FlowKey key; // null until it is asked for

  /**
   * Rows of one sensor.
   *
   * @param sensor its name; null if it is not to be told
   */
  public FlowRow(String sensor) {
    this.sensor = sensor;
  }

  /**
   * Moves to a record.
   *
   * @param newNames of the file that it is in
   * @return this
   */
  public FlowRow at(FlowRecord newFlow, SpoolHeader newNames) {
    flow = newFlow;
    names = newNames;
    key = null;
    return this;
  }

  /** The record. */
  public FlowRecord flow() {
    return flow;
  }

  /** Its key, the source first. */
  public FlowKey key() {
    if (key == null) {
      key = flow.key();
    }
    return key;
  }

  String sensor() {
    return sensor;
  }

  String interfaceName() {
    return names.interfaceName(flow.interfaceNumber());
  }

  String className() {
    return names.className(flow.trafficClass());
  }

  String communityId() {
    return ids.of(flow);
  }
}
