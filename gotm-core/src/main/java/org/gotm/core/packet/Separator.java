package org.gotm.core.packet;

/**
 * What tells networks apart that may use the same addresses. Packets of one 5-tuple are different
 * flows if they differ in what was chosen of these.
 */
public enum Separator {
  /**
   * The VLAN identifiers of the frame that the packet lies in: the inner frame's, if a tunnel
   * carries one. Identifier 0, a priority without a VLAN, does not count.
   */
  VLAN,

  /** The bottom label of each MPLS stack on the way to the packet. */
  MPLS,

  /**
   * What the tunnels on the way call their network: VNI, GRE key, GTP's TEID. The two TEIDs of a
   * flow's two directions count as one.
   */
  VNI
}
