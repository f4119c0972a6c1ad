package org.gotm.ffm.pcap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.ffm.pcap.generated.pcap_h;

/** Filter expressions as users write them, and what libpcap is given for them. */
final class FilterExpression {
  /** The filter of a user who names none. */
  static final String DEFAULT = "ip or ip6 or (vlan and (ip or ip6))";

  private static final String EVERYTHING = "vlan or not vlan";
  private static final String IP = "ip or ip6";
  private static final String TAGGED_IP =
      IP
          + " or ((ether proto 0x8100 or ether proto 0x88a8 or ether proto 0x9100)"
          + " and (link[%1$d:2] = 0x0800 or link[%1$d:2] = 0x86dd))";

  // Where the type behind a VLAN tag is that follows the header of a cooked packet.
  private static final int TYPE_IN_SLL = 18;
  private static final int TYPE_IN_SLL2 = 22;

  /** Broadcasts are those to 255.255.255.255 and 0.0.0.0. */
  private static final int NETMASK = 0;

  private FilterExpression() {}

  /** The expression with single blanks between its words. */
  static String words(String expression) {
    return expression.strip().replaceAll("\\s+", " ");
  }

  /** True if it is one of those that let every packet through, known without libpcap. */
  static boolean isEverything(String expression) {
    String words = words(expression);
    return words.isEmpty() || words.equals(EVERYTHING);
  }

  /**
   * Compiles an expression. The default and what lets everything through work for every link type,
   * also where libpcap knows no {@code vlan}.
   *
   * @param pcap of the packets' link type
   * @param program a {@code struct bpf_program} to fill in, and to be freed with pcap_freecode
   * @throws FilterException if libpcap cannot compile it
   */
  static void compile(MemorySegment pcap, String expression, MemorySegment program) {
    if (tryCompile(pcap, isEverything(expression) ? "" : expression, program)) {
      return;
    }
    String reason = pcap_h.pcap_geterr(pcap).getString(0);
    if (!words(expression).equals(DEFAULT) || !tryCompile(pcap, withoutVlan(pcap), program)) {
      throw new FilterException(expression, reason);
    }
  }

  /**
   * Compiles it with the netmask 0, as tcpdump does: libpcap refuses {@code ip broadcast} without
   * one, and no other expression looks at it.
   */
  private static boolean tryCompile(MemorySegment pcap, String words, MemorySegment program) {
    try (Arena call = Arena.ofConfined()) {
      return 0 == pcap_h.pcap_compile(pcap, program, call.allocateFrom(words), 1, NETMASK);
    }
  }

  /** The default filter for a link type that libpcap does not look for VLAN tags in. */
  private static String withoutVlan(MemorySegment pcap) {
    int dlt = pcap_h.pcap_datalink(pcap);
    if (dlt == pcap_h.DLT_LINUX_SLL()) {
      return TAGGED_IP.formatted(TYPE_IN_SLL);
    }
    return dlt == pcap_h.DLT_LINUX_SLL2() ? TAGGED_IP.formatted(TYPE_IN_SLL2) : IP;
  }
}
