package org.gotm.store.query;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.regex.Pattern;
import org.gotm.core.packet.IpProtocol;

/** Numbers and addresses as a query has them. No name is ever looked up. */
final class QueryValues {
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}");
  private static final Pattern IPV4_BEGIN = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){0,3}");
  private static final Pattern MAC =
      Pattern.compile("\\p{XDigit}{1,2}(?:[:.-]\\p{XDigit}{1,2}){5}");
  private static final Map<String, Integer> PROTOCOLS =
      Map.ofEntries(
          Map.entry("icmp", IpProtocol.ICMP),
          Map.entry("igmp", 2),
          Map.entry("tcp", IpProtocol.TCP),
          Map.entry("udp", IpProtocol.UDP),
          Map.entry("gre", 47),
          Map.entry("esp", 50),
          Map.entry("ah", 51),
          Map.entry("icmp6", IpProtocol.ICMPV6),
          Map.entry("ospf", 89),
          Map.entry("pim", 103),
          Map.entry("vrrp", 112),
          Map.entry("sctp", IpProtocol.SCTP));

  private QueryValues() {}

  /** The number of a protocol by its name, or null. */
  static Integer protocol(String name) {
    return PROTOCOLS.get(name);
  }

  /** A number from 0 to {@code most}, decimal or with 0x; -1 if it is none. */
  static int number(String text, int most) {
    try {
      int value = Integer.decode(text.matches("0\\d+") ? stripped(text) : text);
      return value <= most ? value : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static String stripped(String digits) {
    return digits.replaceFirst("^0+(?=\\d)", "");
  }

  static boolean isAddress(String text) {
    return address(text) != null;
  }

  /** An IPv4 or IPv6 address, or null. */
  static InetAddress address(String text) {
    try {
      if (IPV4.matcher(text).matches()) {
        return Inet4Address.ofLiteral(text);
      }
      return text.indexOf(':') >= 0 && text.indexOf('%') < 0 ? Inet6Address.ofLiteral(text) : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * A network such as 10.0.0.0/8, 10.1 or 2001:db8::/32, or a single address; null if it is none.
   */
  static Prefix network(String text) {
    int slash = text.indexOf('/');
    String begin = slash < 0 ? text : text.substring(0, slash);
    InetAddress address = address(completed(begin));
    if (address == null) {
      return null;
    }
    int most = address instanceof Inet4Address ? Prefix.IPV4_BITS : Prefix.IPV6_BITS;
    int given = IPV4_BEGIN.matcher(begin).matches() ? 8 * begin.split("\\.").length : most;
    int bits = slash < 0 ? given : number(text.substring(slash + 1), most);
    return bits < 0 ? null : Prefix.of(address, bits);
  }

  /** What is not said of an IPv4 network is 0. */
  private static String completed(String begin) {
    if (!IPV4_BEGIN.matcher(begin).matches()) {
      return begin;
    }
    return begin + ".0".repeat(4 - begin.split("\\.").length);
  }

  /** A network of IPv4 with a mask such as 255.255.0.0; null if it is none. */
  static Prefix network(String text, String mask) {
    InetAddress address = address(completed(text));
    InetAddress bits = address(mask);
    if (!(address instanceof Inet4Address) || !(bits instanceof Inet4Address)) {
      return null;
    }
    int word = ByteBuffer.wrap(bits.getAddress()).getInt();
    int ones = Integer.numberOfLeadingZeros(~word);
    boolean isPrefix = word == (ones == 0 ? 0 : -1 << Prefix.IPV4_BITS - ones);
    return isPrefix ? Prefix.of(address, ones) : null;
  }

  /** A MAC address, -1 if it is none. */
  static long mac(String text) {
    if (!MAC.matcher(text).matches()) {
      return -1;
    }
    long address = 0;
    for (String octet : text.split("[:.-]")) {
      address = address << 8 | Integer.parseInt(octet, 16);
    }
    return address;
  }
}
