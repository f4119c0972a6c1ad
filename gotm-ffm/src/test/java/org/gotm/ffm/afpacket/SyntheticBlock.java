package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.gotm.ffm.linux.generated.linux_h.TPACKET_V3;
import static org.gotm.ffm.linux.generated.linux_h.TP_STATUS_USER;
import static org.gotm.ffm.linux.generated.linux_h.TP_STATUS_VLAN_TPID_VALID;
import static org.gotm.ffm.linux.generated.linux_h.TP_STATUS_VLAN_VALID;

import java.lang.foreign.MemorySegment;
import org.gotm.ffm.linux.generated.sockaddr_ll;
import org.gotm.ffm.linux.generated.tpacket3_hdr;
import org.gotm.ffm.linux.generated.tpacket_bd_header_u;
import org.gotm.ffm.linux.generated.tpacket_block_desc;
import org.gotm.ffm.linux.generated.tpacket_hdr_v1;
import org.gotm.ffm.linux.generated.tpacket_hdr_variant1;

/** Fills a block of a ring as the kernel does. */
final class SyntheticBlock {
  /** Where the kernel puts an Ethernet frame. */
  static final int ETHERNET_FRAME = 82;

  private static final int ETHERNET_LENGTH = 14;

  private static final int FIRST = 48;
  private static final int SECONDS = 1_500_000_000;

  private final MemorySegment block;
  private final MemorySegment header;
  private final int frameOffset;
  private MemorySegment last;
  private long next = FIRST;
  private int packets;

  SyntheticBlock(MemorySegment block, int frameOffset) {
    this.block = block.fill((byte) 0);
    this.frameOffset = frameOffset;
    tpacket_block_desc.version(block, TPACKET_V3());
    header =
        tpacket_bd_header_u.bh1(
            block.asSlice(tpacket_block_desc.hdr$offset(), tpacket_bd_header_u.sizeof()));
    tpacket_hdr_v1.block_status(header, TP_STATUS_USER());
    tpacket_hdr_v1.offset_to_first_pkt(header, FIRST);
    tpacket_hdr_v1.blk_len(header, FIRST);
  }

  /** Adds a packet that came a nanosecond after the one before. */
  SyntheticBlock add(byte[] bytes) {
    if (last != null) {
      tpacket3_hdr.tp_next_offset(last, (int) (next - (last.address() - block.address())));
    }
    MemorySegment packet = block.asSlice(next);
    tpacket3_hdr.tp_sec(packet, SECONDS);
    tpacket3_hdr.tp_nsec(packet, packets);
    tpacket3_hdr.tp_snaplen(packet, bytes.length);
    tpacket3_hdr.tp_len(packet, bytes.length);
    tpacket3_hdr.tp_mac(packet, (short) frameOffset);
    tpacket3_hdr.tp_net(packet, (short) (frameOffset + ETHERNET_LENGTH));
    MemorySegment.copy(bytes, 0, packet, JAVA_BYTE, frameOffset, bytes.length);
    last = packet;
    long length = frameOffset + bytes.length;
    next += length + 7 & -8;
    packets++;
    tpacket_hdr_v1.num_pkts(header, packets);
    tpacket_hdr_v1.blk_len(header, (int) next);
    return this;
  }

  /** Bytes of the block. */
  long length() {
    return block.byteSize();
  }

  /** Says that the kernel took a VLAN tag out of the last packet; a TPID of 0 is not told. */
  SyntheticBlock withVlan(int tpid, int tci) {
    int status = TP_STATUS_VLAN_VALID() | (tpid == 0 ? 0 : TP_STATUS_VLAN_TPID_VALID());
    tpacket3_hdr.tp_status(last, tpacket3_hdr.tp_status(last) | status);
    MemorySegment variant = tpacket3_hdr.hv1(last);
    tpacket_hdr_variant1.tp_vlan_tci(variant, tci);
    tpacket_hdr_variant1.tp_vlan_tpid(variant, (short) tpid);
    return this;
  }

  /** Says where the last packet came from. */
  SyntheticBlock withAddress(int protocol, int interfaceIndex, int packetType, byte... sender) {
    MemorySegment address = last.asSlice(RingLayout.ADDRESS, sockaddr_ll.sizeof());
    sockaddr_ll.sll_protocol(address, Short.reverseBytes((short) protocol));
    sockaddr_ll.sll_ifindex(address, interfaceIndex);
    sockaddr_ll.sll_hatype(address, (short) 1);
    sockaddr_ll.sll_pkttype(address, (byte) packetType);
    sockaddr_ll.sll_halen(address, (byte) sender.length);
    MemorySegment.copy(sender, 0, address, JAVA_BYTE, sockaddr_ll.sll_addr$offset(), sender.length);
    return this;
  }

  /** Says what kind of interface the last packet came from, and how long its link header is. */
  SyntheticBlock withHardwareType(int hardwareType, int linkLength) {
    MemorySegment address = last.asSlice(RingLayout.ADDRESS, sockaddr_ll.sizeof());
    sockaddr_ll.sll_hatype(address, (short) hardwareType);
    tpacket3_hdr.tp_net(last, (short) (frameOffset + linkLength));
    return this;
  }

  /** The block's own header, to spoil it. */
  MemorySegment header() {
    return header;
  }

  /** The header of the last packet, to spoil it. */
  MemorySegment last() {
    return last;
  }

  /** Where the last packet is in the block. */
  long lastOffset() {
    return last.address() - block.address();
  }

  /** Time of the first packet, nanoseconds since 1970. */
  static long firstNanos() {
    return SECONDS * 1_000_000_000L;
  }
}
