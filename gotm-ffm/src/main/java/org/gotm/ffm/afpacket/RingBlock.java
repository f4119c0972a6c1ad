package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.gotm.core.memory.NativeMemory.ALL;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_8021Q;
import static org.gotm.ffm.linux.generated.linux_h.TP_STATUS_VLAN_TPID_VALID;
import static org.gotm.ffm.linux.generated.linux_h.TP_STATUS_VLAN_VALID;

import java.lang.foreign.MemorySegment;
import org.gotm.core.memory.NativeMemory;
import org.gotm.core.source.PacketBatch;

/**
 * Goes through the packets of a block and points batches at them. Hot path. One thread.
 *
 * <p>Nothing in a block is believed beyond the block's end: a packet that would reach out of it is
 * left out, and if the way to the next packet is lost, so are all after it. {@link #malformed}
 * counts them.
 */
final class RingBlock {
  private static final int VLAN_VALID = TP_STATUS_VLAN_VALID();
  private static final int OUTGOING = 4; // PACKET_OUTGOING of <linux/if_packet.h>
  private static final long LOW_WORD = 0xffff_ffffL;
  private static final int FEWEST_PREFETCHED = 64;
  private static final int UNBELIEVABLE_LENGTH = 0xc000_0000; // 1 GiB and more
  private static final long NANOS_A_SECOND = 1_000_000_000;

  private final MemorySegment ring;
  private final long base;
  private final long blockBytes;
  private final boolean cooked;
  private final HeaderPrefetch prefetch = new HeaderPrefetch();
  private long packet;
  private long lastHeader;
  private long end;
  private int left;
  private long malformed;
  private long cutToBlock;

  /**
   * Nothing to go through yet.
   *
   * @param ring all blocks, in native memory that stays while this is used
   * @param blockBytes length of each
   * @param cooked true to put a LINUX_SLL2 header in front of each packet
   */
  RingBlock(MemorySegment ring, long blockBytes, boolean cooked) {
    this.ring = ring;
    this.base = ring.address();
    this.blockBytes = blockBytes;
    this.cooked = cooked;
  }

  /**
   * Begins with a block, which must be the reader's.
   *
   * @param offset where it is in the ring
   */
  void open(long offset) {
    long block = base + offset;
    end = block + blockBytes;
    lastHeader = end - RingLayout.PACKET_HEADER_LENGTH;
    long packets = ALL.get(JAVA_INT_UNALIGNED, block + RingLayout.PACKET_COUNT) & LOW_WORD;
    long first = ALL.get(JAVA_INT_UNALIGNED, block + RingLayout.FIRST_PACKET) & LOW_WORD;
    left = (int) Math.min(packets, blockBytes / RingLayout.PACKET_HEADER_LENGTH);
    packet = block + first;
    if (first < RingLayout.BLOCK_HEADER_LENGTH || packet > lastHeader) {
      malformed += left;
      left = 0;
    } else if (left >= FEWEST_PREFETCHED) {
      long used = ALL.get(JAVA_INT_UNALIGNED, block + RingLayout.USED_LENGTH) & LOW_WORD;
      prefetch.touch(packet, block + Math.min(used, blockBytes), left);
    }
  }

  /** True if there is no packet left in the block. */
  boolean isExhausted() {
    return left == 0;
  }

  /** Clears the batch and fills it with the next packets of the block. */
  void fill(PacketBatch batch) {
    batch.clear(ring);
    fillLoop(batch);
  }

  private void fillLoop(PacketBatch batch) {
    long[] offsets = batch.offsets;
    int[] caplens = batch.caplens;
    int[] wireLengths = batch.wireLengths;
    long[] timestampsNanos = batch.timestampsNanos;
    int[] vlanTags = batch.vlanTags;
    byte[] directions = batch.directions;
    int capacity = batch.capacity();
    int count = 0;
    int remaining = left;
    long at = packet;
    while (remaining > 0 && count < capacity) {
      long header = NativeMemory.address(at);
      long next = ALL.get(JAVA_INT_UNALIGNED, header + RingLayout.NEXT) & LOW_WORD;
      long seconds = ALL.get(JAVA_INT_UNALIGNED, header + RingLayout.SECONDS) & LOW_WORD;
      long nanos = ALL.get(JAVA_INT_UNALIGNED, header + RingLayout.NANOS) & LOW_WORD;
      int caplen = ALL.get(JAVA_INT_UNALIGNED, header + RingLayout.CAPLEN);
      int wireLength = ALL.get(JAVA_INT_UNALIGNED, header + RingLayout.WIRE_LENGTH);
      int status = ALL.get(JAVA_INT_UNALIGNED, header + RingLayout.STATUS);
      int frame = ALL.get(JAVA_SHORT_UNALIGNED, header + RingLayout.FRAME) & 0xffff;
      offsets[count] = header + frame - base;
      caplens[count] = caplen;
      wireLengths[count] = wireLength;
      timestampsNanos[count] = seconds * NANOS_A_SECOND + nanos;
      vlanTags[count] = (status & VLAN_VALID) == 0 ? 0 : vlanTag(header, status);
      if (frame >= RingLayout.ADDRESS_END
          && ((caplen | wireLength) & UNBELIEVABLE_LENGTH) == 0
          && caplen <= wireLength
          && header + frame + caplen <= end
          && (!cooked || cook(batch, count, header, frame))) {
        byte type = ALL.get(JAVA_BYTE, header + RingLayout.PACKET_TYPE);
        directions[count] = type == OUTGOING ? PacketBatch.OUTBOUND : PacketBatch.INBOUND;
        cutToBlock += caplen < wireLength && header + frame + caplen == end ? 1 : 0;
        count++;
      } else {
        malformed++;
      }
      remaining--;
      at += next;
      if (next < RingLayout.PACKET_HEADER_LENGTH || at > lastHeader) {
        malformed += remaining;
        remaining = 0;
      }
    }
    batch.setCount(count);
    packet = at;
    left = remaining;
  }

  /** Gives a packet of the batch a LINUX_SLL2 header; false if its own makes no sense. */
  private static boolean cook(PacketBatch batch, int i, long header, int frame) {
    int link = CookedHeader.linkLength(header, frame, batch.caplens[i]);
    if (link < 0) {
      return false;
    }
    int longer = CookedHeader.write(header, frame + link, batch.vlanTags[i]) - link;
    batch.offsets[i] -= longer;
    batch.caplens[i] += longer;
    batch.wireLengths[i] += longer;
    batch.vlanTags[i] = 0;
    return true;
  }

  private static int vlanTag(long at, int status) {
    int tci = ALL.get(JAVA_INT_UNALIGNED, at + RingLayout.VLAN_TCI) & 0xffff;
    int tpid =
        (status & TP_STATUS_VLAN_TPID_VALID()) == 0
            ? ETH_P_8021Q()
            : ALL.get(JAVA_SHORT_UNALIGNED, at + RingLayout.VLAN_TPID) & 0xffff;
    return tpid << 16 | tci;
  }

  /**
   * Packets so far that are shorter than they were to be, because a block holds no more: the kernel
   * lets those, and no others, reach to the very end of a block.
   */
  long cutToBlock() {
    return cutToBlock;
  }

  /** Packets so far that were left out because the block contradicts itself. */
  long malformed() {
    return malformed;
  }
}
