package org.gotm.store.query;

import java.util.Base64;
import java.util.Set;
import org.gotm.core.flow.FlowRecord;
import org.gotm.core.packet.IpProtocol;

/** Makes Community IDs of version 1, seed 0, of flow records. One thread. */
public final class CommunityIds {
  /** Of ICMP and ICMPv6, where these numbers stand for no question and no answer. */
  private static final Set<Integer> ERRORS = Set.of(1, 2, 3, 4, 5, 11, 12);

  private final PacketFacts facts = new PacketFacts();
  private final CommunityHash hash = new CommunityHash();

  /** Ready for the first record. */
  public CommunityIds() {}

  /**
   * The ID of a flow, such as {@code 1:LQU9qZlK+B5F3KDmev6m5PMibrg=}.
   *
   * @return null if it is not IP, or too little is known of it: its ports if only later fragments
   *     were seen, or its kind of ICMP
   */
  public String of(FlowRecord flow) {
    facts.read(flow);
    if (facts.layers() == 0) {
      return null;
    }
    PacketFacts.Layer layer = facts.innermost();
    boolean isIcmp = IpProtocol.isIcmp(layer.protocol);
    byte[] digest = isIcmp && !isKnown(flow, layer.icmpType) ? null : hash.of(layer);
    return digest == null ? null : CommunityId.VERSION + Base64.getEncoder().encodeToString(digest);
  }

  /** Only messages that ask and answer have an identifier: of another, an error was seen first. */
  private static boolean isKnown(FlowRecord flow, int type) {
    boolean hasIdentifier = flow.key().firstPort() != 0;
    return type >= 0 && !(hasIdentifier && ERRORS.contains(type));
  }
}
