package org.gotm.core.chunk;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.gotm.core.capture.Ledger;
import org.gotm.core.memory.NativeMemory;
import org.gotm.core.pcapfile.RecordWriter;
import org.gotm.core.source.PacketBatch;

/**
 * Whole records in off-heap memory: the unit of hand-over, compression, flush and writing.
 *
 * <p>A worker fills it, an output thread empties it and gives it back to its {@link ChunkPool}; it
 * belongs to one of them at a time, and queues between them make its content visible. Hot path.
 * What it copies is checked against the batch's segment and its own capacity.
 */
public final class Chunk {
  /** What the memory of chunks is aligned to, so that a file can be written from it directly. */
  public static final int ALIGNMENT = 4096;

  /**
   * Bytes of the smallest chunk, which has room for any packet that a pcap file may hold, wherever
   * in the first page its records begin.
   */
  public static final int MIN_CAPACITY = (512 << 10) + ALIGNMENT;

  private static final ValueLayout.OfInt INT_BIG_ENDIAN =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(java.nio.ByteOrder.BIG_ENDIAN);
  private static final int MAC_ADDRESSES_LENGTH = 12;
  private static final int VLAN_TAG_LENGTH = 4;

  private final MemorySegment memory;
  private final long address;
  private final ByteBuffer buffer;
  private final int capacity;
  private int begin;
  private int end;
  private int packets;
  private long firstTimestampNanos;
  private long lastTimestampNanos;
  private int worker;
  private int linkType;
  private boolean startsFile;
  private Ledger ledger;
  private FileAlignment alignment;
  private long position;

  Chunk(MemorySegment memory) {
    this.memory = memory;
    this.address = memory.address();
    this.buffer = memory.asByteBuffer();
    this.capacity = (int) memory.byteSize();
  }

  /** Makes the chunk empty, for packets of one worker. */
  void begin(int newWorker, int newLinkType, Ledger newLedger, FileAlignment newAlignment) {
    alignment = newAlignment;
    position = newAlignment.handedOver();
    begin = newAlignment.begin();
    end = begin;
    packets = 0;
    firstTimestampNanos = 0;
    lastTimestampNanos = 0;
    worker = newWorker;
    linkType = newLinkType;
    ledger = newLedger;
    startsFile = false;
  }

  /**
   * Copies a packet to the end, as a finished record; a VLAN tag that the kernel took out is put
   * back.
   *
   * @return false if there is no room for it; the chunk is as it was
   */
  boolean append(PacketBatch batch, int index, RecordWriter writer) {
    int caplen = batch.caplens[index];
    int wireLength = batch.wireLengths[index];
    int vlanTag = batch.vlanTags[index];
    int at = end;
    if (writer.recordLength(caplen) > capacity - at - VLAN_TAG_LENGTH) {
      return false;
    }
    long offset = batch.offsets[index];
    Objects.checkFromIndexSize(offset, caplen, batch.segment.byteSize());
    long timestampNanos = batch.timestampsNanos[index];
    long packet = batch.segment.address() + offset;
    int data = at + writer.dataOffset();
    int snaplen = writer.snaplen();
    if (vlanTag == 0 || caplen < MAC_ADDRESSES_LENGTH) {
      caplen = Math.min(caplen, snaplen);
      NativeMemory.copy(packet, address + data, caplen);
    } else {
      copyWithTag(packet, caplen, data, vlanTag);
      caplen = Math.min(caplen + VLAN_TAG_LENGTH, snaplen);
      wireLength += VLAN_TAG_LENGTH;
    }
    if (packets++ == 0) {
      firstTimestampNanos = timestampNanos;
    }
    lastTimestampNanos = timestampNanos;
    end = at + writer.finish(memory, at, timestampNanos, caplen, wireLength, batch, index);
    return true;
  }

  private void copyWithTag(long packet, int caplen, int to, int vlanTag) {
    long behindAddresses = address + to + MAC_ADDRESSES_LENGTH;
    NativeMemory.copy(packet, address + to, MAC_ADDRESSES_LENGTH);
    memory.set(INT_BIG_ENDIAN, to + MAC_ADDRESSES_LENGTH, vlanTag);
    NativeMemory.copy(
        packet + MAC_ADDRESSES_LENGTH,
        behindAddresses + VLAN_TAG_LENGTH,
        caplen - MAC_ADDRESSES_LENGTH);
  }

  /** The memory; from {@link #begin} to {@link #end} it holds records. */
  public MemorySegment memory() {
    return memory;
  }

  /**
   * The memory as a direct buffer, from {@link #begin} to {@link #end}; the same object each time.
   */
  public ByteBuffer buffer() {
    return buffer.limit(end).position(begin);
  }

  /** Where in the memory the first record begins; what is before it is the output's to use. */
  public int begin() {
    return begin;
  }

  /** Where in the memory the last record ends. */
  public int end() {
    return end;
  }

  /**
   * Tells the worker where in a file this chunk goes, so that later chunks begin as far behind a
   * page of {@link #memory} as behind a block of the file. The output thread.
   */
  public void align(long fileOffset) {
    alignment.ask(fileOffset, position);
  }

  /** Bytes of all records. */
  public int length() {
    return end - begin;
  }

  /** Bytes it could hold. */
  public int capacity() {
    return capacity;
  }

  /** Number of records. */
  public int packets() {
    return packets;
  }

  /** Time of the first record, nanoseconds since 1970. */
  public long firstTimestampNanos() {
    return firstTimestampNanos;
  }

  /** Time of the last record, nanoseconds since 1970. */
  public long lastTimestampNanos() {
    return lastTimestampNanos;
  }

  /** Number of the worker that filled it. */
  public int worker() {
    return worker;
  }

  /** LINKTYPE_ value of its records. */
  public int linkType() {
    return linkType;
  }

  /** The account that its packets are written off to. */
  public Ledger ledger() {
    return ledger;
  }

  /** True when a new file is due before these records, by packet time. */
  public boolean startsFile() {
    return startsFile;
  }

  void setStartsFile() {
    startsFile = true;
  }
}
