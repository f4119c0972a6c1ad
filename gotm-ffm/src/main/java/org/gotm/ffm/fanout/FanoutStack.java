package org.gotm.ffm.fanout;

/**
 * Where on the stack of the fanout program things are: a header, three words of 64 bits, then
 * numbers of 32 bits.
 *
 * <p>The verifier goes through all ways that a packet could take, so it must not see differences
 * where there are none. It follows what is in a register, and in a word of the stack that begins at
 * a multiple of 8. So each number is in the second half of such a word, where it does not look;
 * only the steps that end all loops it has to see.
 */
final class FanoutStack {
  /** The header that was read last, 64 bytes. */
  static final int HEADER = -64;

  /** Sender of the IP packet at hand, folded into one word. */
  static final int SOURCE = -72;

  /** Its receiver. */
  static final int TARGET = -80;

  /** Beginnings of loops that were come to. */
  static final int STEPS = -88;

  /**
   * Behind the last byte of the packet at hand, by what its headers say; from here on to {@link
   * #FREE} numbers of 32 bits.
   */
  static final int END = -92;

  /** ETH_P_IP or ETH_P_IPV6 of the IP packet at hand. */
  static final int FAMILY = END - 8;

  /** Its ports, the sender's in the upper half. */
  static final int PORTS = FAMILY - 8;

  /** Not 0 when the packet at hand is the one that an ICMP error quotes. */
  static final int QUOTED = PORTS - 8;

  /** Headers of one kind that were skipped. */
  static final int SKIPPED = QUOTED - 8;

  /** For the header at hand alone. */
  static final int SCRATCH = SKIPPED - 8;

  /** 0 if the packet at hand is no fragment. */
  static final int IS_FRAGMENT = SCRATCH - 8;

  /** Where the fragment at hand begins in its packet. */
  static final int FRAGMENT_OFFSET = IS_FRAGMENT - 8;

  /** Bytes of the packet in it. */
  static final int FRAGMENT_LENGTH = FRAGMENT_OFFSET - 8;

  /** First fragments that were met. */
  static final int FRAGMENTS_MET = FRAGMENT_LENGTH - 8;

  /** Tunnels entered. */
  static final int DEPTH = FRAGMENTS_MET - 8;

  /** 0, which the verifier does not know. */
  static final int NOTHING = DEPTH - 8;

  /** For {@link FanoutCode#forget}. */
  static final int FORGOTTEN = NOTHING - 8;

  /** Where the pieces that have memory of their own may begin with it. */
  static final int FREE = FORGOTTEN - 12;

  private FanoutStack() {}
}
