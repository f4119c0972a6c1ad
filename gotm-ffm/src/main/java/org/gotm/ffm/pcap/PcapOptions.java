package org.gotm.ffm.pcap;

import org.gotm.core.pcapfile.PcapHeaderLayout;

/**
 * How to capture from an interface.
 *
 * @param snaplen bytes of each packet to take, 1 to 262144
 * @param bufferLength bytes of the kernel's ring, from 1 up
 * @param promiscuous true to see packets that are not for this machine
 * @param filter libpcap filter expression, empty for every packet
 */
public record PcapOptions(int snaplen, int bufferLength, boolean promiscuous, String filter) {
  private static final int DEFAULT_BUFFER_LENGTH = 256 << 20;

  /** Checks the ranges. */
  public PcapOptions {
    if (snaplen < 1 || snaplen > PcapHeaderLayout.MAX_SNAPLEN) {
      throw new IllegalArgumentException(
          "snaplen=%d: not from 1 to %d".formatted(snaplen, PcapHeaderLayout.MAX_SNAPLEN));
    }
    if (bufferLength < 1) {
      throw new IllegalArgumentException("bufferLength=%d: not above 0".formatted(bufferLength));
    }
  }

  /** Whole packets, a ring of 256 MiB, promiscuous, every packet. */
  public static PcapOptions defaults() {
    return new PcapOptions(PcapHeaderLayout.MAX_SNAPLEN, DEFAULT_BUFFER_LENGTH, true, "");
  }

  /** The same with another filter expression. */
  public PcapOptions withFilter(String newFilter) {
    return new PcapOptions(snaplen, bufferLength, promiscuous, newFilter);
  }

  /** The same with another snapshot length. */
  public PcapOptions withSnaplen(int newSnaplen) {
    return new PcapOptions(newSnaplen, bufferLength, promiscuous, filter);
  }

  /** The same with a ring of another size. */
  public PcapOptions withBufferLength(int newBufferLength) {
    return new PcapOptions(snaplen, newBufferLength, promiscuous, filter);
  }

  /** The same in promiscuous mode or not. */
  public PcapOptions withPromiscuous(boolean newPromiscuous) {
    return new PcapOptions(snaplen, bufferLength, newPromiscuous, filter);
  }
}
