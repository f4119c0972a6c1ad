package org.gotm.ffm.afpacket;

import org.gotm.ffm.linux.generated.sockaddr_ll;
import org.gotm.ffm.linux.generated.tpacket3_hdr;
import org.gotm.ffm.linux.generated.tpacket_bd_header_u;
import org.gotm.ffm.linux.generated.tpacket_block_desc;
import org.gotm.ffm.linux.generated.tpacket_hdr_v1;
import org.gotm.ffm.linux.generated.tpacket_hdr_variant1;

/**
 * Where things are in a block of a TPACKET_V3 ring, from the kernel's own declarations.
 *
 * <pre>
 * block   +-----------------------------+ 0
 *         | tpacket_block_desc          |   status, number of packets, offset of the first
 * packet  +-----------------------------+ offset to first
 *         | tpacket3_hdr                |   offset of the next, time, lengths, offset of the frame
 *         | sockaddr_ll                 |   interface, direction, EtherType, sender
 *         | room                        |   14 bytes before an Ethernet frame, or as asked for
 *         | frame                       | packet + tp_mac; its network header: packet + tp_net
 * packet  +-----------------------------+ packet + tp_next_offset (0 in the last)
 * </pre>
 */
final class RingLayout {
  private static final long BLOCK_HEADER =
      tpacket_block_desc.hdr$offset() + tpacket_bd_header_u.bh1$offset();

  static final long BLOCK_STATUS = BLOCK_HEADER + tpacket_hdr_v1.block_status$offset();
  static final long PACKET_COUNT = BLOCK_HEADER + tpacket_hdr_v1.num_pkts$offset();
  static final long FIRST_PACKET = BLOCK_HEADER + tpacket_hdr_v1.offset_to_first_pkt$offset();
  static final long USED_LENGTH = BLOCK_HEADER + tpacket_hdr_v1.blk_len$offset();
  static final long BLOCK_HEADER_LENGTH = tpacket_block_desc.sizeof();

  static final long NEXT = tpacket3_hdr.tp_next_offset$offset();
  static final long SECONDS = tpacket3_hdr.tp_sec$offset();
  static final long NANOS = tpacket3_hdr.tp_nsec$offset();
  static final long CAPLEN = tpacket3_hdr.tp_snaplen$offset();
  static final long WIRE_LENGTH = tpacket3_hdr.tp_len$offset();
  static final long STATUS = tpacket3_hdr.tp_status$offset();
  static final long FRAME = tpacket3_hdr.tp_mac$offset();
  static final long NETWORK = tpacket3_hdr.tp_net$offset();
  static final long VLAN_TCI =
      tpacket3_hdr.hv1$offset() + tpacket_hdr_variant1.tp_vlan_tci$offset();
  static final long VLAN_TPID =
      tpacket3_hdr.hv1$offset() + tpacket_hdr_variant1.tp_vlan_tpid$offset();
  static final long PACKET_HEADER_LENGTH = tpacket3_hdr.sizeof();

  static final long ADDRESS = PACKET_HEADER_LENGTH;
  static final long PROTOCOL = ADDRESS + sockaddr_ll.sll_protocol$offset();
  static final long INTERFACE_INDEX = ADDRESS + sockaddr_ll.sll_ifindex$offset();
  static final long HARDWARE_TYPE = ADDRESS + sockaddr_ll.sll_hatype$offset();
  static final long PACKET_TYPE = ADDRESS + sockaddr_ll.sll_pkttype$offset();
  static final long SENDER_LENGTH = ADDRESS + sockaddr_ll.sll_halen$offset();
  static final long SENDER = ADDRESS + sockaddr_ll.sll_addr$offset();
  static final long ADDRESS_END = ADDRESS + sockaddr_ll.sizeof();

  private RingLayout() {}
}
