package org.gotm.core.packet;

import java.util.Set;

/**
 * Which network the packet at hand belongs to, as far as the separators tell: the identifiers that
 * the decoder has passed, folded into one word, which is 0 if there were none. Hot path. One
 * thread.
 *
 * <p>The fold is keyed with the secret of {@link FlowKeys}, so nobody can choose identifiers of two
 * networks that meet.
 */
class Network {
  static final int VLAN_MASK = 0xfff;
  private static final long VLAN = 1L << 32;
  private static final long LABEL = 2L << 32;
  private static final long VNI = 3L << 32;
  private static final long TEID = 4L << 32;
  private static final long LOW_WORD = 0xffff_ffffL;

  private final FlowKeys keys;
  private final boolean byVlan;
  private final boolean byLabel;
  private final boolean byVni;
  private final TeidPairs pairs;

  private long vlans;
  private long others;
  private long tunnelEnds;
  private boolean isForward;
  private boolean hasTeid;
  private int teid;

  /** No packet yet. */
  Network(Set<Separator> separators, FlowKeys keys) {
    this.keys = keys;
    byVlan = separators.contains(Separator.VLAN);
    byLabel = separators.contains(Separator.MPLS);
    byVni = separators.contains(Separator.VNI);
    pairs = new TeidPairs(byVni ? TeidPairs.USUAL_BUCKETS : 1);
  }

  /** False if all packets are of one network, so that nobody needs to ask. */
  boolean isUsed() {
    return byVlan || byLabel || byVni;
  }

  /** True if VLANs are networks. */
  boolean isByVlan() {
    return byVlan;
  }

  /** True if what tunnels carry is of networks of its own. */
  boolean isByVni() {
    return byVni;
  }

  /** A packet begins, whose outer tag the kernel may have taken out; 0 if it has not. */
  void begin(int kernelTag) {
    others = 0;
    hasTeid = false;
    enterFrame();
    addVlan(kernelTag);
  }

  /** A frame begins within the packet, whose tags alone count from now on. */
  void enterFrame() {
    vlans = 0;
  }

  /** A VLAN tag was passed, of which the lowest 12 bits are the identifier. */
  void addVlan(int tci) {
    int vlan = tci & VLAN_MASK;
    if (byVlan && vlan != 0) {
      vlans = keys.hash(vlans, VLAN | vlan);
    }
  }

  /** A label of an MPLS stack was passed. */
  void addLabel(int label, boolean isBottom) {
    if (byLabel && isBottom) {
      others = keys.hash(others, LABEL | label);
    }
  }

  /** A tunnel was entered that says which network its packets are of. */
  void addVni(int vni) {
    if (byVni) {
      others = keys.hash(others, VNI | vni & LOW_WORD);
    }
  }

  /** A GTP tunnel was entered; which pair its identifier belongs to shows when the key is known. */
  void addTeid(int newTeid) {
    teid = newTeid;
    hasTeid = byVni;
  }

  /** A tunnel is to be entered that goes between the ends of this packet. */
  void setTunnelEnds(IpHeader ip) {
    if (byVni) {
      long source = ip.isIpv4 ? ip.source0 >>> 32 : keys.hash(ip.source0, ip.source1);
      long target = ip.isIpv4 ? ip.source0 & LOW_WORD : keys.hash(ip.target0, ip.target1);
      isForward = source < target;
      tunnelEnds = keys.hash(Math.min(source, target), Math.max(source, target));
    }
  }

  /** What was passed so far; all fragments of a packet have it in common. */
  long passed() {
    long passed = vlans ^ others;
    return hasTeid ? keys.hash(passed, TEID | teid & LOW_WORD) : passed;
  }

  /**
   * The network of the packet that the decoder has found.
   *
   * @param keyHash hash of its key without a network
   */
  long of(long keyHash) {
    if (hasTeid) {
      hasTeid = false;
      addVni(pairs.pair(keys.hash(tunnelEnds ^ others, keyHash), isForward, teid));
    }
    return vlans ^ others;
  }
}
