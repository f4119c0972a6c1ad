package org.gotm.core.packet;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Set;
import org.gotm.core.memory.NativeAccess;
import org.gotm.core.memory.NativeMemory;

/**
 * Tells all headers of a packet, of every tunnel around it too: for who looks for packets, or makes
 * an index of them. It takes the steps of {@link PacketDecoder}, so both come to the same innermost
 * packet. One thread.
 *
 * <p>Every read is bounded by the captured length; what cannot be read is not told. Nothing is
 * allocated for a packet.
 */
public final class PacketHeaders {
  private static final int MAC_ADDRESSES = 12;

  private final Visited visited = new Visited();
  private final PacketCursor cursor = new PacketCursor(visited);
  private final IpHeader ip = new IpHeader();
  private final TransportHeader transport = new TransportHeader();
  private final Encapsulation encapsulation;
  private final LinkHeader link;
  private final Tunnels tunnels;
  private HeaderVisitor visitor;

  /** Tags, labels and networks are told to the network of a packet, and so to the visitor. */
  private final class Visited extends Network {
    Visited() {
      super(Set.of(), new FlowKeys(1, 0));
    }

    @Override
    void addVlan(int tci) {
      visitor.vlan(tci & VLAN_MASK);
    }

    @Override
    void addLabel(int label, boolean isBottom) {
      visitor.label(label);
    }

    @Override
    void addVni(int vni) {
      visitor.vni(vni);
    }

    @Override
    void addTeid(int teid) {
      visitor.vni(teid);
    }
  }

  /** Looks into these tunnels. */
  public PacketHeaders(TunnelOptions options) {
    NativeAccess.require();
    encapsulation = new Encapsulation(options.on());
    link = new LinkHeader(true, encapsulation);
    tunnels = new Tunnels(options);
  }

  /**
   * Tells the headers of one packet.
   *
   * @param linkType LINKTYPE_ value; of one that is not known, nothing is told
   * @param segment native memory
   * @param vlanTag the tag that the kernel took out, as in a {@code PacketBatch}; 0 if none
   * @throws IndexOutOfBoundsException if the packet is not within the segment
   */
  public void read(
      int linkType,
      MemorySegment segment,
      long offset,
      int caplen,
      int wireLength,
      int vlanTag,
      HeaderVisitor newVisitor) {
    Objects.checkFromIndexSize(offset, caplen, segment.byteSize());
    visitor = newVisitor;
    newVisitor.packet();
    cursor.begin(NativeMemory.address(segment.address() + offset), caplen, wireLength);
    if (vlanTag != 0) {
      visited.addVlan(vlanTag);
    }
    readLink(LinkType.ofFrames(linkType));
  }

  private void readLink(int linkType) {
    if (linkType == LinkType.ETHERNET && cursor.has(MAC_ADDRESSES)) {
      visitor.ethernet(cursor.int64(4) & 0xffff_ffff_ffffL, cursor.int64(0) >>> 16);
    }
    link.etherType = Encapsulation.TOO_SHORT;
    int answer = link.enter(cursor, linkType);
    if (link.etherType != Encapsulation.TOO_SHORT) {
      visitor.etherType(link.etherType);
    }
    readCarried(answer);
  }

  private void readCarried(int answer) {
    if (answer == LinkHeader.ARP) {
      readArp();
    } else if (answer == LinkHeader.IP) {
      readIp();
    }
  }

  private void readArp() {
    long addresses = Arp.addresses(cursor);
    visitor.arp((int) (addresses >>> 32), (int) addresses);
  }

  /** An IP header and what it carries, down to as many tunnels as the decoder looks into. */
  private void readIp() {
    for (int depth = 0; depth <= PacketDecoder.MOST_TUNNELS; depth++) {
      if (!ip.read(cursor)) {
        return;
      }
      tellIp();
      if (!transport.read(cursor, ip)) {
        return;
      }
      tellTransport();
      if (depth == PacketDecoder.MOST_TUNNELS) {
        return;
      }
      int answer = enterTunnel();
      if (answer != LinkHeader.IP) {
        readCarried(answer);
        return;
      }
    }
  }

  private void tellIp() {
    if (ip.isIpv4) {
      visitor.ipv4((int) (ip.source0 >>> 32), (int) ip.source0, ip.protocol);
    } else {
      visitor.ipv6(ip.source0, ip.source1, ip.target0, ip.target1, ip.protocol);
    }
  }

  private void tellTransport() {
    if (ip.isLaterFragment) {
      return;
    }
    if (IpProtocol.hasPorts(ip.protocol)) {
      visitor.ports(transport.ports >>> 16, transport.ports & 0xffff);
    } else if (IpProtocol.isIcmp(ip.protocol)) {
      visitor.icmp(cursor.uint8(0), cursor.uint8(1));
    }
  }

  /** Moves on to what a tunnel carries; answers as {@link LinkHeader#enter}. */
  private int enterTunnel() {
    Tunnel kind = tunnels.of(cursor, ip, transport);
    int type = tunnels.enter(cursor, ip, transport);
    if (type == Tunnels.NONE) {
      return LinkHeader.NOT_IP;
    }
    visitor.tunnel(kind);
    int inner = type == EtherType.ETHERNET ? Encapsulation.frameType(cursor) : type;
    return encapsulation.enter(cursor, inner);
  }
}
