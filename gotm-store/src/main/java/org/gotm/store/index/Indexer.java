package org.gotm.store.index;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.gotm.core.packet.PacketHeaders;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.PcapngFileSource;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.store.api.Compression;

/**
 * Makes the sidecar of a capture file from the file. What is not made of pieces that can be read
 * behind the file's header alone, as others' files may be, gets none. One thread.
 */
public final class Indexer {
  private static final int BYTES_A_TERM = 500;
  private static final int MOST_PIECES = 16;
  private static final int SPARE = 64;
  private static final int GZIP = 0x1f8b;
  private static final int ZSTD = 0x28b52ffd;

  private final PacketHeaders headers = new PacketHeaders(TunnelOptions.all());
  private final TermSet terms = new TermSet();
  private MemorySegment memory = MemorySegment.NULL;
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private int headerLength;
  private boolean isPcapng;

  private long begin;
  private int pieces;
  private long packets;
  private long firstNanos;
  private long lastNanos;

  /** An indexer for one file after another. */
  public Indexer() {}

  /**
   * Makes or replaces the sidecar of a finished file.
   *
   * @return what is wrong with the file for an index, null if it has one now
   */
  public String index(Path capture) throws IOException {
    try (FileChannel channel =
        FileChannel.open(capture, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      long length = channel.size();
      try (CapturePieces all = pieces(channel, length);
          SidecarWriter writer = new SidecarWriter(capture)) {
        return index(all, length, writer);
      } catch (CapturePieces.UnfitException | PacketSourceException e) {
        return e.getMessage();
      }
    }
  }

  private static CapturePieces pieces(FileChannel channel, long length) throws IOException {
    ByteBuffer first = ByteBuffer.allocate(Integer.BYTES);
    channel.read(first, 0);
    int magic = first.getInt(0);
    if (magic == ZSTD) {
      return new CapturePieces.Packed(new Compression.Zstd(1), channel, length);
    }
    return magic >>> 16 == GZIP
        ? new CapturePieces.Packed(new Compression.Gzip(1), channel, length)
        : new PlainPieces(channel, length);
  }

  private String index(CapturePieces all, long length, SidecarWriter writer) throws IOException {
    if (!all.next()) {
      return "it is empty";
    }
    takeHeader(all.content());
    long afterHeader = all.end();
    beginGranule(afterHeader);
    readAll(headerLength);
    if (packets > 0) {
      return "it has packets where the header is";
    }
    while (all.next()) {
      take(all);
      if (all.end() - begin >= (long) BYTES_A_TERM * terms.size() || ++pieces >= MOST_PIECES) {
        endGranule(all.end(), writer);
      }
    }
    endGranule(all.end(), writer);
    writer.finish(length, afterHeader);
    return null;
  }

  private void takeHeader(ByteBuffer header) {
    headerLength = header.remaining();
    isPcapng = headerLength >= Integer.BYTES && header.getInt(0) == PcapHeaderLayout.MAGIC_PCAPNG;
    makeRoom(headerLength);
    buffer.clear().put(header);
  }

  private void makeRoom(int length) {
    if (memory.byteSize() >= length) {
      return;
    }
    MemorySegment larger = Arena.ofAuto().allocate(2L * length + SPARE, 64);
    MemorySegment.copy(memory, 0, larger, 0, Math.min(memory.byteSize(), headerLength));
    memory = larger;
    buffer = larger.asByteBuffer();
  }

  private void take(CapturePieces piece) {
    int length = headerLength + piece.content().remaining();
    makeRoom(length);
    buffer.clear().position(headerLength).put(piece.content());
    readAll(length);
  }

  private void readAll(int length) {
    MemorySegment file = memory.asSlice(0, length);
    try (PacketSource source =
        isPcapng ? PcapngFileSource.of(file, "piece") : PcapFileSource.of(file, "piece")) {
      while (source.poll(batch -> read(batch, source.linkType())) != PacketSource.END) {
        // until all is read
      }
    }
  }

  private void read(PacketBatch batch, int linkType) {
    for (int i = 0; i < batch.count(); i++) {
      headers.read(
          linkType,
          batch.segment,
          batch.offsets[i],
          batch.caplens[i],
          batch.wireLengths[i],
          batch.vlanTags[i],
          terms);
      firstNanos = Math.min(firstNanos, batch.timestampsNanos[i]);
      lastNanos = Math.max(lastNanos, batch.timestampsNanos[i]);
    }
    packets += batch.count();
  }

  private void beginGranule(long offset) {
    begin = offset;
    pieces = 0;
    packets = 0;
    firstNanos = Long.MAX_VALUE;
    lastNanos = Long.MIN_VALUE;
    terms.clear();
  }

  private void endGranule(long end, SidecarWriter writer) throws IOException {
    if (packets > 0) {
      writer.add(new Granule(begin, end - begin, firstNanos, lastNanos, packets), terms);
    }
    beginGranule(end);
  }
}
