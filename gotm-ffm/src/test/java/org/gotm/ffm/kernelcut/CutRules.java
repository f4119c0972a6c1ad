package org.gotm.ffm.kernelcut;

import java.nio.ByteBuffer;
import java.util.Set;

/**
 * The rules of the cut program said once more, in a plain way: whether a frame of Ethernet is of
 * the kinds that can be cut, and how much payload it has.
 */
final class CutRules {
  /** A frame that is not looked up. */
  static final int PASS = -1;

  /** A frame that opens a connection. */
  static final int OPENS = -2;

  private final Set<Integer> tunnelPorts;

  CutRules(Set<Integer> tunnelPorts) {
    this.tunnelPorts = tunnelPorts;
  }

  /** The payload of a frame that can be cut, or {@link #PASS} or {@link #OPENS}. */
  int payload(byte[] bytes) {
    ByteBuffer frame = ByteBuffer.wrap(bytes);
    try {
      return ethernet(frame);
    } catch (IndexOutOfBoundsException e) {
      return PASS;
    }
  }

  private int ethernet(ByteBuffer frame) {
    int at = 12;
    for (int tags = 0; tags < 2 && isTag(uint16(frame, at)); tags++) {
      at += 4;
    }
    return switch (uint16(frame, at)) {
      case 0x0800 -> ipv4(frame, at + 2);
      case 0x86dd -> ipv6(frame, at + 2);
      default -> PASS;
    };
  }

  private static boolean isTag(int type) {
    return type == 0x8100 || type == 0x88a8 || type == 0x9100;
  }

  private int ipv4(ByteBuffer frame, int at) {
    int first = frame.get(at) & 0xff;
    int headerLength = (first & 0x0f) * 4;
    int length = uint16(frame, at + 2);
    boolean isFragment = (uint16(frame, at + 6) & 0x3fff) != 0;
    if (first >>> 4 != 4 || headerLength < 20 || length > frame.limit() - at || isFragment) {
      return PASS;
    }
    return transport(frame, at + headerLength, frame.get(at + 9), length - headerLength);
  }

  private int ipv6(ByteBuffer frame, int at) {
    int length = uint16(frame, at + 4);
    if ((frame.get(at) & 0xf0) != 0x60 || length > frame.limit() - at - 40) {
      return PASS;
    }
    return transport(frame, at + 40, frame.get(at + 6), length);
  }

  private int transport(ByteBuffer frame, int at, int protocol, int length) {
    int tail = uint16(frame, at + 12); // to be there of UDP too
    int payload =
        switch (protocol) {
          case 6 -> tcp(tail, length);
          case 17 -> length - 8;
          default -> PASS;
        };
    boolean isTunnel =
        protocol == 17
            && (tunnelPorts.contains(uint16(frame, at))
                || tunnelPorts.contains(uint16(frame, at + 2)));
    return isTunnel ? PASS : Math.max(payload, protocol == 6 ? OPENS : PASS);
  }

  private static int tcp(int tail, int length) {
    int headerLength = (tail >>> 12) * 4;
    if ((tail & 0x07) != 0) {
      return (tail & 0x12) == 0x02 ? OPENS : PASS;
    }
    return headerLength < 20 ? PASS : Math.max(length - headerLength, PASS);
  }

  private static int uint16(ByteBuffer frame, int at) {
    return frame.getShort(at) & 0xffff;
  }
}
