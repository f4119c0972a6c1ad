package org.gotm.core.packet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.gotm.core.memory.NativeMemory.ALL;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What may lie between a link header and IP: VLAN tags, MPLS labels, PPPoE. Every read is bounded
 * by the captured length. Any thread.
 */
final class Encapsulation {
  /** Answer of {@link #behindShim} when there is no IP. */
  static final int NOT_IP = -1;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int VLAN_LENGTH = 4;
  private static final int TYPE_VLAN = 0x8100;
  private static final int TYPE_MPLS = 0x8847;
  private static final int TYPE_MPLS_UPSTREAM = 0x8848;
  private static final int TYPE_PPPOE_SESSION = 0x8864;
  private static final int TYPE_QINQ = 0x88a8;
  private static final int TYPE_QINQ_OLD = 0x9100;
  private static final int MPLS_LENGTH = 4;
  private static final int PPPOE_LENGTH = 6;
  private static final int PPP_IPV4 = 0x0021;
  private static final int PPP_IPV6 = 0x0057;

  private Encapsulation() {}

  /**
   * Where the payload begins behind the VLAN tags at {@code at}, which is {@code at} itself if
   * there are none; more than {@code caplen} if too little was captured to tell.
   */
  static int behindVlans(long packet, int at, int outerType, int caplen) {
    int next = at;
    int type = outerType;
    while (type == TYPE_VLAN || type == TYPE_QINQ || type == TYPE_QINQ_OLD) {
      next += VLAN_LENGTH;
      if (next > caplen) {
        return next;
      }
      type = innerType(packet, at, outerType, next);
    }
    return next;
  }

  /**
   * The EtherType of what begins at {@code next}, behind the VLAN tags that begin at {@code at}.
   */
  static int innerType(long packet, int at, int outerType, int next) {
    return next == at ? outerType : ALL.get(SHORT, packet + next - 2) & 0xffff;
  }

  /**
   * Where IP begins behind MPLS labels or a PPPoE header: {@code caplen} if too little was captured
   * to tell, {@link #NOT_IP} if there is none.
   */
  static int behindShim(long packet, int at, int type, int caplen) {
    if (type == TYPE_PPPOE_SESSION) {
      return behindPppoe(packet, at + PPPOE_LENGTH, caplen);
    }
    return type == TYPE_MPLS || type == TYPE_MPLS_UPSTREAM
        ? behindLabels(packet, at, caplen)
        : NOT_IP;
  }

  /**
   * Behind the PPP protocol, which is one byte if its lowest bit is set (RFC 1661, section 6.5).
   */
  private static int behindPppoe(long packet, int at, int caplen) {
    if (caplen < at + 2) {
      return caplen;
    }
    int protocol = ALL.get(SHORT, packet + at) & 0xffff;
    boolean isOneByte = (protocol & 0x100) != 0;
    if (isOneByte) {
      protocol >>>= 8;
    }
    int ip = at + (isOneByte ? 1 : 2);
    return protocol == PPP_IPV4 || protocol == PPP_IPV6 ? ip : NOT_IP;
  }

  private static int behindLabels(long packet, int at, int caplen) {
    int next = at;
    boolean bottomOfStack = false;
    while (!bottomOfStack) {
      if (caplen <= next + MPLS_LENGTH) {
        return caplen;
      }
      bottomOfStack = (ALL.get(JAVA_BYTE, packet + next + 2) & 1) != 0;
      next += MPLS_LENGTH;
    }
    int version = ALL.get(JAVA_BYTE, packet + next) >> 4 & 15;
    return version == 4 || version == 6 ? next : NOT_IP;
  }
}
