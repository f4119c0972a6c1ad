package org.gotm.core.pcapfile;

/**
 * What a pcapng file says of an interface whose packets it holds. Two that are equal are one.
 *
 * @param name as the user named it, such as {@code eth0}
 * @param linkType LINKTYPE_ value of its packets, with the bits that tell of a frame check sequence
 * @param filter the libpcap expression that its packets have passed, empty for none
 * @param description more about it in words, empty for nothing
 */
public record InterfaceDescription(String name, int linkType, String filter, String description) {
  private static final int LINK_TYPE_MASK = 0xffff;
  private static final int FCS_PRESENT = 1 << 26;
  private static final int FCS_LENGTH_SHIFT = 28;

  /** An interface of which nothing else is known. */
  public InterfaceDescription(String name, int linkType) {
    this(name, linkType, "", "");
  }

  /** The LINKTYPE_ value alone. */
  int plainLinkType() {
    return linkType & LINK_TYPE_MASK;
  }

  /** Bytes of the frame check sequence at the end of each packet. */
  int fcsOctets() {
    return (linkType & FCS_PRESENT) == 0 ? 0 : Short.BYTES * (linkType >>> FCS_LENGTH_SHIFT);
  }
}
