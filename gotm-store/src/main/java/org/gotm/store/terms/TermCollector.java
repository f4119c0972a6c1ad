package org.gotm.store.terms;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.gotm.core.packet.PacketHeaders;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.pcapfile.RecordFormat;

/**
 * Collects the terms of pieces of output, from the records as they lie in memory. One thread, one
 * collector.
 */
public final class TermCollector {
  private final Supplier<PieceTerms> room;
  private final Consumer<Throwable> failed;
  private final PacketHeaders headers = new PacketHeaders(TunnelOptions.all());

  /**
   * A collector that has read nothing.
   *
   * @param room for the terms of a piece; answers null if there is none now
   * @param failed hears of an error in here, which costs a piece its terms and nothing else
   */
  public TermCollector(Supplier<PieceTerms> room, Consumer<Throwable> failed) {
    this.room = room;
    this.failed = failed;
  }

  /**
   * Reads whole records.
   *
   * @param linkTypes of the interfaces, by number
   * @return null if there are no terms of this piece, which will be searched whole
   */
  public PieceTerms collect(
      MemorySegment memory, int begin, int end, RecordFormat format, IntUnaryOperator linkTypes) {
    PieceTerms piece = room.get();
    if (piece == null) {
      return null;
    }
    try {
      piece.clear();
      read(memory, begin, end, format, linkTypes, piece);
      return piece;
    } catch (RuntimeException e) {
      piece.release();
      failed.accept(e);
      return null;
    }
  }

  private void read(
      MemorySegment memory,
      int begin,
      int end,
      RecordFormat format,
      IntUnaryOperator linkTypes,
      PieceTerms piece) {
    int dataOffset = format.dataOffset();
    for (int at = begin; at < end; at += format.lengthAt(memory, at)) {
      headers.read(
          linkTypes.applyAsInt(format.interfaceAt(memory, at)),
          memory,
          at + dataOffset,
          format.caplenAt(memory, at),
          format.wireLengthAt(memory, at),
          0,
          piece.terms());
      piece.addPacket(format.timestampNanosAt(memory, at));
    }
  }
}
