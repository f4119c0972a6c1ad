package org.gotm.core.packet;

import java.util.Set;
import java.util.SortedMap;

/**
 * The tunnels that are looked into: which one a packet belongs to, by its IP protocol or UDP port.
 * A step of the decoder. Hot path. Any thread.
 *
 * <p>Nothing but the tunnel's own header says whether a packet with its port is one, so each step
 * refuses what does not look like it; the packet then is what it was without the tunnel.
 */
final class Tunnels {
  /** No EtherType: this is no tunnel that is looked into, or not what it claims to be. */
  static final int NONE = -1;

  private static final int PORTS = 1 << 16;
  private static final int SIEVE_SHIFT = 2; // so that DNS and NTP are not among the others

  private final boolean ipIp;
  private final boolean gre;
  private final boolean erspan;
  private final int[] ports;
  private final Tunnel[] ofPorts;
  private final long[] isPort = new long[PORTS / Long.SIZE];
  private long sieve; // a bit for every 64th port: lets few others through, and is in a register

  /** The tunnels that these options turn on. */
  Tunnels(TunnelOptions options) {
    Set<Tunnel> on = options.on();
    ipIp = on.contains(Tunnel.IPIP);
    gre = on.contains(Tunnel.GRE);
    erspan = on.contains(Tunnel.ERSPAN);
    SortedMap<Integer, Tunnel> byPort = options.byPort();
    ports = byPort.keySet().stream().mapToInt(Integer::intValue).toArray();
    ofPorts = byPort.values().toArray(Tunnel[]::new);
    for (int port : ports) {
      isPort[port >>> 6] |= 1L << port;
      sieve |= 1L << (port >>> SIEVE_SHIFT);
    }
  }

  /**
   * True if one of the ports is that of a tunnel.
   *
   * @param bothPorts source port in the upper, target port in the lower half
   * @param ifUdp all ones for UDP, 0 for any other protocol
   */
  boolean isTunnel(int bothPorts, int ifUdp) {
    int source = bothPorts >>> 16;
    int target = bothPorts & 0xffff;
    long either = sieve >>> (source >>> SIEVE_SHIFT) | sieve >>> (target >>> SIEVE_SHIFT);
    return ((int) either & 1 & ifUdp) != 0 && (isPort(source) || isPort(target));
  }

  private boolean isPort(int port) {
    return (isPort[port >>> 6] >>> port & 1) != 0;
  }

  /**
   * Moves from the header above IP behind the header of the tunnel that the packet belongs to.
   *
   * @return the EtherType of what the tunnel carries, {@link EtherType#ETHERNET} for a frame, or
   *     {@link #NONE}; then the cursor is of no use any more
   */
  int enter(PacketCursor cursor, IpHeader ip, TransportHeader transport) {
    cursor.limit();
    if (ip.isLaterFragment) {
      return NONE;
    }
    cursor.network.setTunnelEnds(ip);
    return switch (ip.protocol) {
      case IpProtocol.IPV4 -> ipIp ? EtherType.IPV4 : NONE;
      case IpProtocol.IPV6 -> ipIp ? EtherType.IPV6 : NONE;
      case IpProtocol.GRE -> enterGre(cursor);
      case IpProtocol.UDP -> enterUdp(cursor, transport.ports);
      default -> NONE;
    };
  }

  /** The tunnel that {@link #enter} would enter from here, if it is what it claims to be. */
  Tunnel of(PacketCursor cursor, IpHeader ip, TransportHeader transport) {
    return switch (ip.protocol) {
      case IpProtocol.UDP -> ofPorts(transport.ports);
      case IpProtocol.GRE -> Gre.isErspan(cursor) ? Tunnel.ERSPAN : Tunnel.GRE;
      default -> Tunnel.IPIP;
    };
  }

  private int enterGre(PacketCursor cursor) {
    boolean isSequenced = Gre.isSequenced(cursor);
    int type = Gre.enter(cursor);
    return switch (type) {
      case Erspan.TYPE_1_OR_2, Erspan.TYPE_3 ->
          erspan ? Erspan.enter(cursor, type, isSequenced) : NONE;
      default -> gre ? type : NONE;
    };
  }

  /**
   * Moves from a UDP header behind that of the tunnel which has one of the ports, the target's
   * first.
   *
   * @return as {@link #enter}
   */
  int enterUdp(PacketCursor cursor, int bothPorts) {
    Tunnel tunnel = ofPorts(bothPorts);
    if (tunnel == null) {
      return NONE;
    }
    cursor.skip(TransportHeader.UDP_LENGTH);
    return switch (tunnel) {
      case VXLAN -> Vxlan.enter(cursor);
      case GENEVE -> Geneve.enter(cursor);
      case GTP -> GtpU.enter(cursor);
      case TEREDO -> Teredo.enter(cursor);
      case CAPWAP -> Capwap.enter(cursor);
      default -> NONE;
    };
  }

  private Tunnel ofPorts(int bothPorts) {
    Tunnel target = ofPort(bothPorts & 0xffff);
    return target != null ? target : ofPort(bothPorts >>> 16);
  }

  /** Null if it is that of no tunnel; there are few to look through. */
  private Tunnel ofPort(int port) {
    for (int i = 0; i < ports.length; i++) {
      if (ports[i] == port) {
        return ofPorts[i];
      }
    }
    return null;
  }

  /** The EtherType of the IP packet at the cursor by its version, or {@link #NONE}. */
  static int ipType(PacketCursor cursor) {
    return switch (IpHeader.version(cursor)) {
      case 4 -> EtherType.IPV4;
      case 6 -> EtherType.IPV6;
      default -> NONE;
    };
  }
}
