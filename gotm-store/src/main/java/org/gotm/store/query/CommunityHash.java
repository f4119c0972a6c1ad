package org.gotm.store.query;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.gotm.core.packet.IpProtocol;

/**
 * What a Community ID of version 1 is the base64 of: a SHA-1 over the two ends of a flow, the lower
 * first, with seed 0, as Zeek and Suricata make it. One thread.
 */
final class CommunityHash {
  static final int LENGTH = 20;
  private static final int LONGEST = 2 + 16 + 16 + 2 + 4;

  private final MessageDigest sha1;
  private final byte[] input = new byte[LONGEST];

  CommunityHash() {
    try {
      sha1 = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  /** The hash of the flow that this header and what is above it tell of; null if they do not. */
  byte[] of(PacketFacts.Layer layer) {
    int length = write(layer);
    if (length == 0) {
      return null;
    }
    sha1.update(input, 0, length);
    return sha1.digest();
  }

  private int write(PacketFacts.Layer layer) {
    int source = layer.sourcePort;
    int target = layer.targetPort;
    boolean isOneWay = false;
    if (IpProtocol.isIcmp(layer.protocol) && layer.icmpType >= 0) {
      int answer = answer(layer.protocol, layer.icmpType);
      source = layer.icmpType;
      target = answer >= 0 ? answer : layer.icmpCode;
      isOneWay = answer < 0;
    } else if (hasPorts(layer.protocol) && source == PacketFacts.NO_PORT) {
      return 0; // a later fragment
    }
    boolean isInOrder = isOneWay || compare(layer, source, target) <= 0;
    ByteBuffer out = ByteBuffer.wrap(input).putShort((short) 0);
    putAddress(out, layer, isInOrder);
    putAddress(out, layer, !isInOrder);
    out.put((byte) layer.protocol).put((byte) 0);
    if (hasPorts(layer.protocol)) {
      out.putShort((short) (isInOrder ? source : target));
      out.putShort((short) (isInOrder ? target : source));
    }
    return out.position();
  }

  private static int compare(PacketFacts.Layer layer, int source, int target) {
    int high = Long.compareUnsigned(layer.source0, layer.target0);
    int low = high != 0 ? high : Long.compareUnsigned(layer.source1, layer.target1);
    return low != 0 ? low : Integer.compare(source, target);
  }

  private static void putAddress(ByteBuffer out, PacketFacts.Layer layer, boolean ofSource) {
    long high = ofSource ? layer.source0 : layer.target0;
    if (layer.isIpv4) {
      out.putInt((int) high);
    } else {
      out.putLong(high).putLong(ofSource ? layer.source1 : layer.target1);
    }
  }

  /** Types of ICMP stand in the place of ports. */
  private static boolean hasPorts(int protocol) {
    return IpProtocol.hasPorts(protocol) || IpProtocol.isIcmp(protocol);
  }

  /** The type of the message that answers one of this type, -1 if none does. */
  private static int answer(int protocol, int type) {
    return protocol == IpProtocol.ICMP
        ? switch (type) {
          case 8 -> 0;
          case 0 -> 8;
          case 13 -> 14;
          case 14 -> 13;
          case 15 -> 16;
          case 16 -> 15;
          case 10 -> 9;
          case 9 -> 10;
          case 17 -> 18;
          case 18 -> 17;
          default -> -1;
        }
        : switch (type) {
          case 128 -> 129;
          case 129 -> 128;
          case 133 -> 134;
          case 134 -> 133;
          case 135 -> 136;
          case 136 -> 135;
          case 130 -> 131;
          case 131 -> 130;
          case 139 -> 140;
          case 140 -> 139;
          case 144 -> 145;
          case 145 -> 144;
          default -> -1;
        };
  }
}
