package org.gotm.ffm;

import java.nio.ByteBuffer;
import java.util.List;

/** A frame of each kind that filters tell apart: VLAN tags of every sort, IPv4, IPv6, not IP. */
public final class FilterTraffic {
  private static final int VLAN = 0x81000000;
  private static final int QINQ = 0x88a80000;
  private static final int QINQ_OLD = 0x91000000;

  private FilterTraffic() {}

  /** The frames, those that are not tagged first. */
  public static List<byte[]> frames() {
    byte[] web = ipv4(6, 40000, 80);
    byte[] name = ipv4(17, 40001, 53);
    byte[] web6 = ipv6(6, 40002, 80);
    byte[] arp = new byte[28];
    return List.of(
        frame(0x0800, web),
        frame(0x0800, name),
        frame(0x86dd, web6),
        frame(0x0806, arp),
        frame(0x0800, web, VLAN | 100),
        frame(0x0800, name, VLAN | 200),
        frame(0x86dd, web6, VLAN | 100),
        frame(0x0806, arp, VLAN | 100),
        frame(0x0800, web, VLAN), // priority tag
        frame(0x0800, web, VLAN | 0xa064), // VLAN 100 with priority 5
        frame(0x0800, web, QINQ | 100),
        frame(0x0800, web, QINQ | 100, VLAN | 200),
        frame(0x86dd, web6, QINQ | 200, VLAN | 100),
        frame(0x0800, web, VLAN | 100, VLAN | 200),
        frame(0x0800, name, QINQ_OLD | 100),
        frame(0x0800, name, QINQ | 1, VLAN | 2, VLAN | 3),
        frame(0x8847, ByteBuffer.allocate(64).putInt(0x00010140).put(web).array()),
        frame(0x88cc, new byte[46]));
  }

  private static byte[] frame(int etherType, byte[] packet, int... tags) {
    ByteBuffer frame = ByteBuffer.allocate(Math.max(60, 14 + 4 * tags.length + packet.length));
    frame.put(new byte[] {2, 0, 0, 0, 0, 1}).put(new byte[] {2, 0, 0, 0, 0, 2});
    for (int tag : tags) {
      frame.putInt(tag);
    }
    return frame.putShort((short) etherType).put(packet).array();
  }

  private static byte[] ipv4(int protocol, int source, int target) {
    ByteBuffer packet = ByteBuffer.allocate(40);
    packet.putInt(0x45000028).putInt(0).put((byte) 64).put((byte) protocol).putShort((short) 0);
    packet.putInt(0x0a000001).putInt(0x0a000002);
    return packet.putShort((short) source).putShort((short) target).array();
  }

  private static byte[] ipv6(int protocol, int source, int target) {
    ByteBuffer packet = ByteBuffer.allocate(60);
    packet.putInt(0x60000000).putShort((short) 20).put((byte) protocol).put((byte) 64);
    packet.putLong(0x20010db800000000L).putLong(1).putLong(0x20010db800000000L).putLong(2);
    return packet.putShort((short) source).putShort((short) target).array();
  }
}
