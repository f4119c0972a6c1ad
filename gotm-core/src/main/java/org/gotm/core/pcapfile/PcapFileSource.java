package org.gotm.core.pcapfile;

import static org.gotm.core.memory.NativeMemory.ALL;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import org.gotm.core.failure.Reason;
import org.gotm.core.memory.ChainPrefetch;
import org.gotm.core.memory.NativeAccess;
import org.gotm.core.memory.NativeMemory;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSourceException;

/**
 * Packets from a pcap file: micro- and nanoseconds, both byte orders, and the modified format. Hot
 * path.
 *
 * <p>A file is mapped and its packets are handed over where they lie; a stream (a pipe, a
 * decompressor) is read through a buffer. A record that cannot be right ends the source with a
 * {@link DamagedCaptureException}, after all packets before it were handed over.
 */
public final class PcapFileSource extends FileSource {
  /** The largest captured length that is believed; a larger one is damage. */
  public static final int MAX_CAPLEN = (512 << 10) - 64;

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final long LOW_WORD = 0xffff_ffffL;
  private static final long NANOS_A_SECOND = 1_000_000_000;
  private static final int MODIFIED_RECORD_LENGTH = 24;
  private static final int SHORTEST_PREFETCH = 4096;

  private final PacketBatch batch = new PacketBatch(PacketBatch.DEFAULT_CAPACITY);
  private RecordPrefetch prefetch;
  private long prefetched;
  private long lastLength;
  private boolean swapped;
  private int recordHeaderLength;
  private int nanosPerUnit;
  private int linkType;

  private PcapFileSource(String name, FileBytes bytes) {
    super(name, bytes);
    try {
      NativeAccess.require();
      readHeader();
    } catch (IOException | RuntimeException e) {
      bytes.close();
      throw e instanceof RuntimeException runtime ? runtime : failed((IOException) e);
    }
  }

  /**
   * Opens an uncompressed pcap file by mapping it.
   *
   * @throws PacketSourceException if it cannot be read or is not pcap
   */
  public static PcapFileSource open(Path path) {
    try {
      return new PcapFileSource(path.toString(), new MappedBytes(path));
    } catch (IOException e) {
      throw new PacketSourceException(path + ": cannot be read: " + Reason.of(e), e);
    }
  }

  /**
   * Reads an uncompressed pcap stream.
   *
   * @param channel owned by the source from now on, and closed with it; one that has nothing yet
   *     may answer 0 after a moment, and so does {@link #poll} then
   * @param name what to call it in messages
   * @throws PacketSourceException if it cannot be read or is not pcap
   */
  public static PcapFileSource open(ReadableByteChannel channel, String name) {
    return new PcapFileSource(name, new StreamBytes(channel));
  }

  /**
   * Reads a stream as {@link #open(ReadableByteChannel, String)} does, in less memory: for many
   * streams at a time, and those of strangers.
   *
   * @param firstBytes of the buffer
   * @param mostBytes it may grow to; a record that needs more ends the source
   * @throws PacketSourceException if it cannot be read or is not pcap
   */
  public static PcapFileSource open(
      ReadableByteChannel channel, String name, int firstBytes, int mostBytes) {
    return new PcapFileSource(name, new StreamBytes(channel, firstBytes, mostBytes));
  }

  /**
   * Reads an uncompressed pcap file that is in memory.
   *
   * @param file native memory, which must outlive the source
   * @param name what to call it in messages
   * @throws PacketSourceException if it is not pcap
   */
  public static PcapFileSource of(MemorySegment file, String name) {
    return new PcapFileSource(name, new MemoryBytes(file));
  }

  private void readHeader() throws IOException {
    while (bytes.window().byteSize() < PcapHeaderLayout.LENGTH && bytes.refill(0) >= 0) {
      // more of the header
    }
    MemorySegment header = bytes.window();
    if (header.byteSize() < PcapHeaderLayout.LENGTH) {
      throw new DamagedCaptureException(
          name, 0, "%d bytes are no pcap file header of 24".formatted(header.byteSize()));
    }
    int magic = header.get(INT, PcapHeaderLayout.MAGIC_OFFSET);
    swapped = isMagic(Integer.reverseBytes(magic));
    magic = swapped ? Integer.reverseBytes(magic) : magic;
    if (!isMagic(magic)) {
      throw new DamagedCaptureException(
          name, 0, "magic %08x: unknown file format, not pcap".formatted(magic));
    }
    int version = order(header.get(INT, PcapHeaderLayout.MAJOR_OFFSET));
    int major = swapped ? version >>> 16 : version & 0xffff;
    if (major != 2) {
      throw new DamagedCaptureException(
          name, 4, "pcap version %d.x is not supported, only 2.x".formatted(major));
    }
    int link = order(header.get(INT, PcapHeaderLayout.LINKTYPE_OFFSET));
    if ((link & 0x03ff_0000) != 0) {
      throw new DamagedCaptureException(
          name, PcapHeaderLayout.LINKTYPE_OFFSET, "unknown link type %d".formatted(link));
    }
    linkType = link;
    nanosPerUnit = magic == PcapHeaderLayout.MAGIC_NANOS ? 1 : 1000;
    recordHeaderLength =
        magic == PcapHeaderLayout.MAGIC_MODIFIED
            ? MODIFIED_RECORD_LENGTH
            : PcapRecordLayout.HEADER_LENGTH;
    prefetch = new RecordPrefetch(recordHeaderLength);
    position = PcapHeaderLayout.LENGTH;
  }

  private static boolean isMagic(int word) {
    return word == PcapHeaderLayout.MAGIC_MICROS
        || word == PcapHeaderLayout.MAGIC_NANOS
        || word == PcapHeaderLayout.MAGIC_MODIFIED;
  }

  private int order(int word) {
    return swapped ? Integer.reverseBytes(word) : word;
  }

  @Override
  public int linkType() {
    return linkType;
  }

  @Override
  PacketBatch fill() {
    batch.clear(bytes.window());
    long begin = position;
    int count = 0;
    int before;
    do {
      before = count;
      count = fillLoop(count, prefetch());
    } while (count > before && count < batch.capacity());
    batch.setCount(count);
    lastLength = position - begin;
    return batch;
  }

  /**
   * Puts records into the batch for as long as they begin before {@code end}, and are whole.
   *
   * @return how many there are in the batch
   */
  private int fillLoop(int from, long end) {
    long base = bytes.window().address();
    long limit = bytes.window().byteSize();
    long at = position;
    int headerLength = recordHeaderLength;
    int unit = nanosPerUnit;
    boolean reverse = swapped;
    int capacity = batch.capacity();
    long[] offsets = batch.offsets;
    int[] caplens = batch.caplens;
    int[] wireLengths = batch.wireLengths;
    long[] timestampsNanos = batch.timestampsNanos;
    int count = from;
    long last = Math.min(end, limit - headerLength + 1);
    for (; count < capacity && at < last; count++) {
      long record = NativeMemory.address(base + at);
      long time = ALL.get(LONG, record);
      long lengths = ALL.get(LONG, record + PcapRecordLayout.CAPLEN_OFFSET);
      if (reverse) {
        time = Long.rotateLeft(Long.reverseBytes(time), 32);
        lengths = Long.rotateLeft(Long.reverseBytes(lengths), 32);
      }
      long caplen = lengths & LOW_WORD;
      if (caplen > Math.min(limit - at - headerLength, MAX_CAPLEN)) {
        checkCaplen(caplen, at);
        break;
      }
      at += headerLength;
      offsets[count] = at;
      caplens[count] = (int) caplen;
      wireLengths[count] = (int) Math.min(lengths >>> 32, Integer.MAX_VALUE);
      timestampsNanos[count] = (time & LOW_WORD) * NANOS_A_SECOND + (time >>> 32) * unit;
      at += caplen;
    }
    position = at;
    return count;
  }

  /**
   * Brings the next part of the file into the cache, unless it is there already.
   *
   * @return where what is in the cache ends
   */
  private long prefetch() {
    if (position >= prefetched) {
      long base = bytes.window().address();
      // dense packets are read whole: no more of them at a time than stay in the nearest cache
      int batches = ChainPrefetch.isDense(lastLength, batch.capacity()) ? 1 : 2;
      long length = Math.max(batches * lastLength, SHORTEST_PREFETCH);
      prefetched = Math.min(position + length, bytes.window().byteSize());
      if (!swapped) {
        prefetch.touch(base + position, base + prefetched, batches * batch.capacity());
      }
    }
    return prefetched;
  }

  private void checkCaplen(long caplen, long at) {
    if (caplen > MAX_CAPLEN) {
      damage = damaged(at, "captured length %d is above %d".formatted(caplen, MAX_CAPLEN));
    }
  }

  @Override
  void windowMoved() {
    prefetched = 0;
  }

  @Override
  String cutOff(long left) {
    return left < recordHeaderLength
        ? "the file ends after %d of %d record header bytes".formatted(left, recordHeaderLength)
        : "the file ends after %d of %d captured bytes"
            .formatted(
                left - recordHeaderLength,
                order(bytes.window().get(INT, PcapRecordLayout.CAPLEN_OFFSET)));
  }
}
