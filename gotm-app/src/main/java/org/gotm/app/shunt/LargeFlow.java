package org.gotm.app.shunt;

import java.util.Locale;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.IpProtocol;

/**
 * A flow that has become large.
 *
 * @param key protocol and both ends, whoever sent the first packet first
 * @param bytes payload bytes seen so far
 * @param packets packets seen so far
 * @param interfaceName where it was seen, as the user named it
 */
public record LargeFlow(FlowKey key, long bytes, long packets, String interfaceName) {

  /** True if it is one between IP addresses. */
  boolean isIp() {
    return key.family() == FlowKeys.FAMILY_IPV4 || key.family() == FlowKeys.FAMILY_IPV6;
  }

  /** True if the protocol has ports and they are known: later fragments alone do not tell them. */
  boolean hasPorts() {
    boolean couldHave =
        switch (key.protocol()) {
          case IpProtocol.TCP, IpProtocol.UDP, IpProtocol.SCTP -> isIp();
          default -> false;
        };
    return couldHave && (key.firstPort() | key.secondPort()) != 0;
  }

  /** The protocol in lower case: of IP its name or number, else {@code arp} or the EtherType. */
  String protocol() {
    return switch (key.family()) {
      case FlowKeys.FAMILY_ARP -> "arp";
      case FlowKeys.FAMILY_MAC -> "0x%04x".formatted(key.secondPort());
      default -> IpProtocol.nameOf(key.protocol()).toLowerCase(Locale.ROOT);
    };
  }
}
