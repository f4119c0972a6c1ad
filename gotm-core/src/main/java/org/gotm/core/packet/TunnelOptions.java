package org.gotm.core.packet;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which tunnels are looked into. A value.
 *
 * @param on the tunnels; packets of all others are flows between the tunnel's ends
 * @param ports further UDP ports, 1 to 65535, besides those that a tunnel has anyway
 */
public record TunnelOptions(Set<Tunnel> on, Map<Integer, Tunnel> ports) {
  private static final TunnelOptions ALL = of(EnumSet.allOf(Tunnel.class));
  private static final TunnelOptions NONE = of(Set.of());

  /**
   * Checks the ports.
   *
   * @throws IllegalArgumentException if a port is none, or its tunnel not on or not over UDP
   */
  public TunnelOptions {
    on = Set.copyOf(on);
    ports = Map.copyOf(ports);
    for (Map.Entry<Integer, Tunnel> entry : ports.entrySet()) {
      check(on, entry.getKey(), entry.getValue());
    }
  }

  private static void check(Set<Tunnel> on, int port, Tunnel tunnel) {
    if (port < 1 || port > 65535 || !tunnel.isOverUdp() || !on.contains(tunnel)) {
      throw new IllegalArgumentException(
          "port=%d tunnel=%s: not from 1 to 65535, or not a tunnel over UDP that is on"
              .formatted(port, tunnel));
    }
  }

  /** Every tunnel, on its usual ports. */
  public static TunnelOptions all() {
    return ALL;
  }

  /** No tunnel: the outermost IP header tells the flow. */
  public static TunnelOptions none() {
    return NONE;
  }

  /** These tunnels, on their usual ports. */
  public static TunnelOptions of(Set<Tunnel> on) {
    return new TunnelOptions(on, Map.of());
  }

  /** The UDP ports that packets of a tunnel are known by, each with its tunnel. */
  public SortedMap<Integer, Tunnel> byPort() {
    SortedMap<Integer, Tunnel> all = new TreeMap<>();
    on.forEach(tunnel -> tunnel.ports().forEach(port -> all.put(port, tunnel)));
    all.putAll(ports);
    return all;
  }

  /** The same with a further port; if it was another tunnel's, it is that one's no more. */
  public TunnelOptions withPort(int port, Tunnel tunnel) {
    Map<Integer, Tunnel> more = new HashMap<>(ports);
    more.put(port, tunnel);
    return new TunnelOptions(on, more);
  }
}
