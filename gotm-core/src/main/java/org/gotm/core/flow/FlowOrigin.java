package org.gotm.core.flow;

import org.gotm.core.packet.HeaderVisitor;
import org.gotm.core.packet.PacketHeaders;
import org.gotm.core.packet.Tunnel;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.source.PacketBatch;

/** What the first packet of a flow tells beyond its key. One thread. */
final class FlowOrigin implements HeaderVisitor {
  private final PacketHeaders headers;
  private int linkType;
  private long source;
  private long target;
  private int vlans;
  private int vlan;
  private int innerVlan;
  private int tunnel;
  private int vni;
  private int bits;
  private int icmpType;
  private int icmpCode;

  /** Looks into these tunnels, as the decoder does. */
  FlowOrigin(TunnelOptions tunnels) {
    headers = new PacketHeaders(tunnels);
  }

  /** Frames of this link type come next. */
  void begin(int newLinkType) {
    linkType = newLinkType;
  }

  /** Reads a packet. */
  void read(PacketBatch batch, int i) {
    headers.read(
        linkType,
        batch.segment,
        batch.offsets[i],
        batch.caplens[i],
        batch.wireLengths[i],
        batch.vlanTags[i],
        this);
  }

  @Override
  public void packet() {
    source = 0;
    target = 0;
    vlans = 0;
    vlan = 0;
    innerVlan = 0;
    tunnel = 0;
    vni = 0;
    bits = 0;
    icmpType = 0;
    icmpCode = 0;
  }

  @Override
  public void ethernet(long newSource, long newTarget) {
    source = newSource;
    target = newTarget;
  }

  @Override
  public void vlan(int id) {
    if (tunnel == 0 && id != 0) {
      vlans++;
      vlan = vlans == 1 ? id : vlan;
      innerVlan = vlans == 2 ? id : innerVlan;
    }
  }

  @Override
  public void tunnel(Tunnel kind) {
    tunnel = kind.ordinal() + 1;
  }

  @Override
  public void vni(int number) {
    vni = number;
    bits |= FlowRecordLayout.HAS_VNI;
  }

  @Override
  public void icmp(int type, int code) {
    icmpType = type;
    icmpCode = code;
    bits |= FlowRecordLayout.HAS_ICMP;
  }

  /** The MAC address that the packet came from; 0 if none. */
  long source() {
    return source;
  }

  /** The MAC address that it went to. */
  long target() {
    return target;
  }

  /** VLANs and VNI, as in {@link FlowAccounts#NETWORK}. */
  long network() {
    return vlan | (long) innerVlan << 16 | (long) vni << 32;
  }

  /** Tunnel and ICMP, as in {@link FlowAccounts#KIND}. */
  long kind() {
    int known = tunnel == 0 ? bits & ~FlowRecordLayout.HAS_VNI : bits; // or it was none
    return tunnel | (long) known << 8 | (long) icmpType << 16 | (long) icmpCode << 24;
  }
}
