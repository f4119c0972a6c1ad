package org.gotm.core.packet;

import java.util.Set;

/**
 * What makes two packets the same flow. A value.
 *
 * @param directional true if each direction of a connection is a flow of its own
 * @param separators what else the packets of a flow must have in common
 * @param tunnels the tunnels that are looked into
 */
public record FlowKeyOptions(
    boolean directional, Set<Separator> separators, TunnelOptions tunnels) {
  private static final FlowKeyOptions DEFAULTS =
      new FlowKeyOptions(false, Set.of(), TunnelOptions.all());

  /** Copies the set. */
  public FlowKeyOptions {
    separators = Set.copyOf(separators);
  }

  /** Both directions one flow, the innermost 5-tuple alone its key. */
  public static FlowKeyOptions defaults() {
    return DEFAULTS;
  }

  /** The same with flows that have a direction, or not. */
  public FlowKeyOptions withDirectional(boolean newDirectional) {
    return new FlowKeyOptions(newDirectional, separators, tunnels);
  }

  /** The same with other separators. */
  public FlowKeyOptions withSeparators(Set<Separator> newSeparators) {
    return new FlowKeyOptions(directional, newSeparators, tunnels);
  }

  /** The same with other tunnels. */
  public FlowKeyOptions withTunnels(TunnelOptions newTunnels) {
    return new FlowKeyOptions(directional, separators, newTunnels);
  }
}
