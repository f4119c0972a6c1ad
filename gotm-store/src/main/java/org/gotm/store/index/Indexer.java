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
import org.gotm.store.packed.PackedKind;
import org.gotm.store.terms.PieceTerms;

/**
 * Makes the sidecar of a capture file from the file. What is not made of pieces that can be read
 * behind the file's header alone, as others' files may be, gets none. One thread.
 */
public final class Indexer {
  private static final int SPARE = 64;

  private final PacketHeaders headers = new PacketHeaders(TunnelOptions.all());
  private final PieceTerms piece = new PieceTerms(piece -> {});
  private MemorySegment memory = MemorySegment.NULL;
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private int headerLength;
  private boolean isPcapng;

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
          SidecarWriter writer =
              new SidecarWriter(unfinished(capture), () -> GroupEncoder.MOST_PAIRS)) {
        return index(all, length, writer, capture);
      } catch (CapturePieces.UnfitException | PacketSourceException e) {
        return e.getMessage();
      }
    }
  }

  private static Path unfinished(Path capture) {
    Path sidecar = Sidecar.path(capture);
    return sidecar.resolveSibling(sidecar.getFileName() + ".tmp");
  }

  private static CapturePieces pieces(FileChannel channel, long length) throws IOException {
    ByteBuffer first = ByteBuffer.allocate(Integer.BYTES);
    channel.read(first, 0);
    return switch (PackedKind.of(first.getInt(0))) {
      case GZIP -> new CapturePieces.Packed(Compression.gzip(), channel, length);
      case ZSTD, SKIPPABLE -> new CapturePieces.Packed(Compression.zstd(), channel, length);
      case LZ4, NONE -> new PlainPieces(channel, length);
    };
  }

  private String index(CapturePieces all, long length, SidecarWriter writer, Path capture)
      throws IOException {
    if (!all.next()) {
      return "it is empty";
    }
    takeHeader(all.content());
    if (hasPackets()) {
      return "it has packets where the header is";
    }
    GranuleBuilder granules = new GranuleBuilder(writer);
    while (all.next()) {
      take(all);
      if (piece.packets() > 0) {
        piece.place(all.offset(), Math.toIntExact(all.end() - all.offset()));
        granules.add(piece);
      }
    }
    granules.finish();
    writer.finish(Sidecar.path(capture), length, false);
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

  private void take(CapturePieces from) {
    piece.clear();
    int length = headerLength + from.content().remaining();
    makeRoom(length);
    buffer.clear().position(headerLength).put(from.content());
    read(length);
  }

  private boolean hasPackets() {
    piece.clear();
    read(headerLength);
    return piece.packets() > 0;
  }

  /** Reads the header and what is behind it. */
  private void read(int length) {
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
          piece.terms());
      piece.addPacket(batch.timestampsNanos[i]);
    }
  }
}
