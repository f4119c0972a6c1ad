package org.gotm.ffm.kernelcut;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A frame with TCP or UDP to be cut or not, described by what is special about it. */
final class CutFrame {
  static final int TCP = 6;
  static final int UDP = 17;
  static final int ACK = 0x10;

  private int[] tags = {};
  private boolean isIpv6;
  private int protocol = TCP;
  private int flags = ACK;
  private int tcpWords = 5;
  private int optionWords;
  private int fragment;
  private int source = 1;
  private int target = 2;
  private int sourcePort = 4000;
  private int targetPort = 443;
  private int payload = 100;
  private int excess;
  private int padding;

  static CutFrame ipv4() {
    return new CutFrame();
  }

  static CutFrame ipv6() {
    CutFrame frame = new CutFrame();
    frame.isIpv6 = true;
    return frame;
  }

  CutFrame udp() {
    protocol = UDP;
    return this;
  }

  CutFrame protocol(int number) {
    protocol = number;
    return this;
  }

  CutFrame flags(int tcpFlags) {
    flags = tcpFlags;
    return this;
  }

  /** The header length that TCP says, in words; there are as many. */
  CutFrame tcpWords(int words) {
    tcpWords = words;
    return this;
  }

  /** Words of IPv4 options, up to 10. */
  CutFrame options(int words) {
    optionWords = words;
    return this;
  }

  /** The 16 bits of IPv4 that flags and fragment offset are in. */
  CutFrame fragment(int bits) {
    fragment = bits;
    return this;
  }

  /** TPID and TCI of each, outermost first. */
  CutFrame tags(int... newTags) {
    tags = newTags;
    return this;
  }

  CutFrame ports(int from, int to) {
    sourcePort = from;
    targetPort = to;
    return this;
  }

  CutFrame ends(int from, int to) {
    source = from;
    target = to;
    return this;
  }

  CutFrame reversed() {
    return ends(target, source).ports(targetPort, sourcePort);
  }

  CutFrame payload(int bytes) {
    payload = bytes;
    return this;
  }

  /** So many bytes more than there are, or fewer, are what IP says. */
  CutFrame excess(int bytes) {
    excess = bytes;
    return this;
  }

  CutFrame padding(int bytes) {
    padding = bytes;
    return this;
  }

  private int transportLength() {
    return switch (protocol) {
      case TCP -> Math.max(tcpWords, 5) * 4;
      default -> 8;
    };
  }

  /** Bytes that may be missing at the end, so that it still can be cut. */
  int spare() {
    return payload - Math.max(0, 14 - transportLength());
  }

  byte[] bytes() {
    ByteBuffer frame = ByteBuffer.allocate(2000);
    frame.putLong(0x0200_0000_0001_0200L).putInt(2);
    for (int tag : tags) {
      frame.putInt(tag);
    }
    if (isIpv6) {
      putIpv6(frame);
    } else {
      putIpv4(frame);
    }
    putTransport(frame);
    frame.position(frame.position() + payload + padding);
    return Arrays.copyOf(frame.array(), frame.position());
  }

  private void putIpv4(ByteBuffer frame) {
    int length = 20 + optionWords * 4 + transportLength() + payload + excess;
    frame.putShort((short) 0x0800).put((byte) (0x45 + optionWords)).put((byte) 0);
    frame.putShort((short) length).putShort((short) 77).putShort((short) fragment);
    frame.put((byte) 64).put((byte) protocol).putShort((short) 0);
    frame.putInt(0x0a000000 + source).putInt(0x0a000000 + target);
    frame.position(frame.position() + optionWords * 4);
  }

  private void putIpv6(ByteBuffer frame) {
    frame.putShort((short) 0x86dd).putInt(0x60000000);
    frame.putShort((short) (transportLength() + payload + excess));
    frame.put((byte) protocol).put((byte) 64);
    frame.putLong(0x2001_0db8_0000_0000L).putLong(source);
    frame.putLong(0x2001_0db8_0000_0000L).putLong(target);
  }

  private void putTransport(ByteBuffer frame) {
    int start = frame.position();
    frame.putShort((short) sourcePort).putShort((short) targetPort);
    if (protocol == TCP) {
      frame.putLong(0x1234_5678_9abc_def0L).put((byte) (tcpWords << 4)).put((byte) flags);
    } else {
      frame.putShort((short) (8 + payload));
    }
    frame.position(start + transportLength());
  }
}
