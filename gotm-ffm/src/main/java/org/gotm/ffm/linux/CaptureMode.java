package org.gotm.ffm.linux;

import static org.gotm.ffm.linux.generated.linux_h.ARPHRD_ETHER;
import static org.gotm.ffm.linux.generated.linux_h.ARPHRD_LOOPBACK;
import static org.gotm.ffm.linux.generated.linux_h.ARPHRD_NONE;
import static org.gotm.ffm.linux.generated.linux_h.SOCK_DGRAM;
import static org.gotm.ffm.linux.generated.linux_h.SOCK_RAW;

import org.gotm.core.packet.LinkType;
import org.gotm.core.source.PacketSourceException;

/**
 * How packets of a kind of interface are taken, and what they begin with.
 *
 * @param linkType LINKTYPE_ value of the packets
 * @param socketType SOCK_RAW for frames, SOCK_DGRAM for what the network layer sees of them
 */
public record CaptureMode(int linkType, int socketType) {
  /** The name that stands for all interfaces. */
  public static final String ANY = "any";

  // ARPHRD_ values of linux/if_arp.h beyond the generated ones.
  private static final int ARPHRD_PPP = 512;
  private static final int ARPHRD_RAWIP = 519;
  private static final int ARPHRD_TUNNEL = 768;
  private static final int ARPHRD_TUNNEL6 = 769;
  private static final int ARPHRD_SIT = 776;
  private static final int ARPHRD_IPGRE = 778;
  private static final int ARPHRD_IP6GRE = 823;

  /** Frames of Ethernet, and of loopback, whose frames look the same. */
  public static final CaptureMode ETHERNET = new CaptureMode(LinkType.ETHERNET, SOCK_RAW());

  /** IP packets with nothing before them: tunnels, PPP. */
  public static final CaptureMode IP = new CaptureMode(LinkType.RAW, SOCK_DGRAM());

  /** Packets of all interfaces, of whatever kind, with a LINUX_SLL2 header. */
  public static final CaptureMode COOKED = new CaptureMode(LinkType.LINUX_SLL2, SOCK_RAW());

  /**
   * The mode for an interface.
   *
   * @param interfaceName what to call it in the message
   * @param hardwareType ARPHRD_ value of its link
   * @throws PacketSourceException if its packets are of a kind that no LINKTYPE_ is known for
   */
  public static CaptureMode of(String interfaceName, int hardwareType) {
    if (hardwareType == ARPHRD_ETHER() || hardwareType == ARPHRD_LOOPBACK()) {
      return ETHERNET;
    }
    if (hardwareType == ARPHRD_NONE()) {
      return IP;
    }
    return switch (hardwareType) {
      case ARPHRD_PPP,
          ARPHRD_RAWIP,
          ARPHRD_TUNNEL,
          ARPHRD_TUNNEL6,
          ARPHRD_SIT,
          ARPHRD_IPGRE,
          ARPHRD_IP6GRE ->
          IP;
      default ->
          throw new PacketSourceException(
              "interface=%s: its link type (ARPHRD %d) is not known to AF_PACKET capture; use -capture pcap"
                  .formatted(interfaceName, hardwareType));
    };
  }

  /** True if packets get a LINUX_SLL2 header. */
  public boolean isCooked() {
    return linkType == LinkType.LINUX_SLL2;
  }
}
