package org.gotm.core.packet;

/**
 * LINKTYPE_ values: what the frames in a pcap file begin with. The DLT_ values of the libpcap API
 * differ from them in a few places; {@link #fromDlt} translates. Source: the tcpdump group's list
 * of link types.
 */
public final class LinkType {
  /** BSD loopback: a protocol family in the byte order of the machine that captured. */
  public static final int NULL = 0;

  /** Ethernet. */
  public static final int ETHERNET = 1;

  /** IPv4 or IPv6 without anything before it. */
  public static final int RAW = 101;

  /** OpenBSD loopback: a protocol family in network byte order. */
  public static final int LOOP = 108;

  /** Linux "cooked" capture, 16 bytes. */
  public static final int LINUX_SLL = 113;

  /** IPv4 without anything before it. */
  public static final int IPV4 = 228;

  /** IPv6 without anything before it. */
  public static final int IPV6 = 229;

  /** Linux "cooked" capture, version 2, 20 bytes. */
  public static final int LINUX_SLL2 = 276;

  private static final int DLT_RAW = 12;
  private static final int DLT_RAW_OPENBSD = 14;

  private static final int FRAMES = 0xffff;

  private LinkType() {}

  /**
   * What frames begin with, without what the upper bits of the word in a file header tell of the
   * frame check sequence behind them.
   *
   * @param linkType LINKTYPE_ value, with or without these bits
   */
  public static int ofFrames(int linkType) {
    return linkType & FRAMES;
  }

  /** The LINKTYPE_ value for a DLT_ value of libpcap's API on Linux. */
  public static int fromDlt(int dlt) {
    return dlt == DLT_RAW || dlt == DLT_RAW_OPENBSD ? RAW : dlt;
  }
}
