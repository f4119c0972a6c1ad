package org.gotm.fleet.lake;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * A made-up flow: the row that it has to become, and the bytes of its record by the drawing in
 * FlowRecordLayout, without a name or method of gotm's.
 */
final class TestFlow {
  static final int RECORD = 192;

  final Map<String, Object> row = new LinkedHashMap<>();
  final ByteBuffer record = ByteBuffer.allocate(RECORD).order(ByteOrder.LITTLE_ENDIAN);
  final long startNanos;

  /** Another one each time, with a number from 1 on. */
  TestFlow(Random random, long startNanos, long number) {
    this.startNanos = startNanos;
    long end = startNanos + random.nextLong(900_000_000_000L);
    time("event_start", 0, startNanos);
    time("event_end", 8, end);
    switch (random.nextInt(10)) {
      case 0 -> arp(random);
      case 1 -> ethernet(random);
      case 2 -> icmp(random);
      case 3, 4 -> ip(random, 16, random.nextBoolean() ? 6 : 17);
      default -> ip(random, 4, random.nextBoolean() ? 6 : 17);
    }
    mac("source_mac", 152, random);
    mac("destination_mac", 160, random);
    shortOrNull("network_vlan_id", 168, random.nextInt(3) * 100);
    shortOrNull("network_inner_vlan_id", 170, random.nextInt(2) * 4095);
    int bits = record.get(179);
    if (random.nextInt(4) == 0) {
      record.put(176, (byte) 2);
      row.put("network_tunnel", "gre");
      bits |= 4;
      record.putInt(172, -2);
      row.put("network_tunnel_id", 4294967294L);
    }
    counters(random);
    if (random.nextInt(5) == 0) {
      time("cut_time", 16, startNanos + 1_999);
      longValue("cut_offset", 24, random.nextLong(1 << 20));
      bits |= 8;
    }
    record.put(177, (byte) 1);
    row.put("flow_class", "dns over tls");
    int reason = 1 + random.nextInt(5);
    record.put(178, (byte) reason);
    row.put("end_reason", reason);
    longValue("flow_id", 184, number);
    boolean isContinued = random.nextInt(8) == 0;
    row.put("flow_continued", isContinued ? 1 : 0);
    record.put(179, (byte) (bits | (isContinued ? 1 : 0)));
    record.putShort(182, (short) 1);
    row.put("observer_ingress_interface_name", "ens1 é");
  }

  private void arp(Random random) {
    byte[] a = bytes(random, 4);
    byte[] b = bytes(random, 4);
    record.putLong(32, 8);
    addresses(a, b);
    row.put("network_type", "arp");
  }

  private void ethernet(Random random) {
    record.putLong(32, 0x88cc_0000_0002L);
    record.putLong(40, random.nextLong(1L << 48)).putLong(48, random.nextLong(1L << 48));
    row.put("network_type", "0x88cc");
  }

  private void icmp(Random random) {
    byte[] a = bytes(random, 4);
    byte[] b = bytes(random, 4);
    record.putLong(32, 77L << 48 | 8 << 16 | 1 << 8 | 4);
    addresses(a, b);
    record.put(179, (byte) 2).put(180, (byte) 6).put(181, (byte) 200);
    row.put("icmp_type", 6);
    row.put("icmp_code", 200);
    row.put("network_type", "ipv4");
    row.put("network_iana_number", 1);
    row.put("network_transport", "icmp");
    // of a message that nothing answers: as it was sent
    row.put("network_community_id", communityId(a, b, 1, 6, 200));
  }

  private void ip(Random random, int addressLength, int protocol) {
    byte[] a = bytes(random, addressLength);
    byte[] b = bytes(random, addressLength);
    int sourcePort = 1 + random.nextInt(65535);
    int destinationPort = 1 + random.nextInt(65535);
    long family = addressLength == 4 ? 4 : 6;
    record.putLong(
        32, (long) sourcePort << 48 | (long) destinationPort << 32 | protocol << 8 | family);
    addresses(a, b);
    row.put("source_port", sourcePort);
    row.put("destination_port", destinationPort);
    row.put("network_type", addressLength == 4 ? "ipv4" : "ipv6");
    row.put("network_iana_number", protocol);
    row.put("network_transport", protocol == 6 ? "tcp" : "udp");
    if (protocol == 6) {
      flags("source_tcp_flags", 152, random.nextInt(512));
      flags("destination_tcp_flags", 160, random.nextInt(512));
    }
    int order = Arrays.compareUnsigned(a, b);
    boolean isInOrder = order < 0 || order == 0 && sourcePort < destinationPort;
    row.put(
        "network_community_id",
        isInOrder
            ? communityId(a, b, protocol, sourcePort, destinationPort)
            : communityId(b, a, protocol, destinationPort, sourcePort));
  }

  private void addresses(byte[] a, byte[] b) {
    ByteBuffer words = ByteBuffer.allocate(32).put(a).put(b).rewind();
    for (int word = 0; word < 4; word++) {
      record.putLong(40 + 8 * word, words.getLong(8 * word)); // IPv4: both in the first
    }
    row.put("source_ip", text(a));
    row.put("destination_ip", text(b));
  }

  private void counters(Random random) {
    String[] names = {"packets", "kept_packets", "bytes", "kept_bytes", "payload_bytes"};
    for (int at = 0; at < names.length; at++) {
      longValue("source_" + names[at], 72 + 8 * at, random.nextLong(1L << 40));
      longValue("destination_" + names[at], 112 + 8 * at, random.nextLong(1L << 20));
    }
  }

  /** The formula of the Community ID specification. */
  private static String communityId(byte[] low, byte[] high, int protocol, int port1, int port2) {
    ByteBuffer input = ByteBuffer.allocate(2 + low.length + high.length + 2 + 4);
    input.putShort((short) 0).put(low).put(high).put((byte) protocol).put((byte) 0);
    input.putShort((short) port1).putShort((short) port2);
    try {
      byte[] hash = MessageDigest.getInstance("SHA-1").digest(input.array());
      return "1:" + Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void time(String name, int at, long nanos) {
    record.putLong(at, nanos);
    row.put(name, Math.floorDiv(nanos, 1000));
  }

  private void longValue(String name, int at, long value) {
    record.putLong(at, value);
    row.put(name, value);
  }

  private void mac(String name, int at, Random random) {
    if (random.nextInt(6) > 0) {
      byte[] mac = bytes(random, 6);
      mac[5] |= 1;
      long word = 0;
      StringBuilder text = new StringBuilder();
      for (byte one : mac) {
        word = word << 8 | one & 0xff;
        text.append(text.isEmpty() ? "" : ":").append("%02x".formatted(one));
      }
      record.putLong(at, word << 16 | record.getLong(at));
      row.put(name, text.toString());
    }
  }

  private void flags(String name, int at, int flags) {
    record.putLong(at, record.getLong(at) | flags);
    row.put(name, flags);
  }

  private void shortOrNull(String name, int at, int value) {
    record.putShort(at, (short) value);
    if (value != 0) {
      row.put(name, value);
    }
  }

  private static byte[] bytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    for (int at = 0; at < count; at++) {
      bytes[at] |=
          (byte) (count == 16 ? 1 : 0); // no runs of zeros, which are spelt in their own way
    }
    return bytes;
  }

  private static String text(byte[] address) {
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < address.length; at += address.length / 4 == 1 ? 1 : 2) {
      text.append(text.isEmpty() ? "" : address.length == 4 ? "." : ":");
      text.append(
          address.length == 4
              ? Integer.toString(address[at] & 0xff)
              : Integer.toHexString((address[at] & 0xff) << 8 | address[at + 1] & 0xff));
    }
    return text.toString();
  }
}
