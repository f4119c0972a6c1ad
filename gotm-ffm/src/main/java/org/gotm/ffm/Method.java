package org.gotm.ffm;

import org.gotm.ffm.snf.SnfInterfaces;

/** How packets are captured from an interface. */
public enum Method {
  /** SNF for an interface that SNF owns, else AF_PACKET on Linux, else libpcap. */
  AUTO,
  /** The ring of Linux's packet sockets. */
  AFPACKET,
  /** Myricom's Sniffer10G. */
  SNF,
  /** Whatever the libpcap on this machine does. */
  PCAP;

  /** This method, or the one that {@link #AUTO} means for an interface. */
  public Method on(String interfaceName) {
    if (this != AUTO) {
      return this;
    }
    if (SnfInterfaces.owns(interfaceName)) {
      return SNF;
    }
    return System.getProperty("os.name").equals("Linux") ? AFPACKET : PCAP;
  }
}
