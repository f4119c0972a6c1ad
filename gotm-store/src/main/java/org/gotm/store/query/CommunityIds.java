package org.gotm.store.query;

import java.util.Base64;
import org.gotm.core.flow.FlowRecord;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.IpProtocol;

/** Makes Community IDs of version 1, seed 0, of flow records. One thread. */
public final class CommunityIds {
  private final PacketFacts.Layer layer = new PacketFacts.Layer();
  private final CommunityHash hash = new CommunityHash();

  /** Ready for the first record. */
  public CommunityIds() {}

  /**
   * The ID of a flow, such as {@code 1:LQU9qZlK+B5F3KDmev6m5PMibrg=}.
   *
   * @return null if it is not IP, or its ports are not known as only later fragments were seen
   */
  public String of(FlowRecord flow) {
    if (!flow.isIp()) {
      return null;
    }
    FlowKey key = flow.key();
    layer.isIpv4 = key.family() == FlowKeys.FAMILY_IPV4;
    layer.protocol = key.protocol();
    layer.source0 = layer.isIpv4 ? key.address0() >>> 32 : key.address0();
    layer.source1 = key.address1();
    layer.target0 = layer.isIpv4 ? key.address0() & 0xffff_ffffL : key.address2();
    layer.target1 = key.address3();
    layer.sourcePort = key.firstPort();
    layer.targetPort = key.secondPort();
    layer.icmpType = flow.icmpType().orElse(PacketFacts.NO_PORT);
    layer.icmpCode = flow.icmpCode().orElse(PacketFacts.NO_PORT);
    if (hasPorts(layer.protocol) && (layer.sourcePort | layer.targetPort) == 0
        || isIcmp(layer.protocol) && layer.icmpType < 0) {
      return null;
    }
    return CommunityId.VERSION + Base64.getEncoder().encodeToString(hash.of(layer));
  }

  private static boolean hasPorts(int protocol) {
    return protocol == IpProtocol.TCP || protocol == IpProtocol.UDP || protocol == IpProtocol.SCTP;
  }

  private static boolean isIcmp(int protocol) {
    return protocol == IpProtocol.ICMP || protocol == IpProtocol.ICMPV6;
  }
}
