package org.gotm.app.daemon;

/** How packets are captured from an interface. */
public enum CaptureMethod {
  /** SNF for an interface that SNF owns, else AF_PACKET on Linux, else libpcap. */
  AUTO,
  /** The ring of Linux's packet sockets. */
  AFPACKET,
  /** Myricom's Sniffer10G. */
  SNF,
  /** Whatever the libpcap on this machine does. */
  PCAP
}
