package org.gotm.store.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.store.LogLines;
import org.gotm.store.TestWorker;
import org.gotm.store.api.Compression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether each piece comes back, with its chunk given back, whatever becomes of the threads. */
@Timeout(60)
class CompressorPoolTest {
  private static final PieceRecords RECORDS =
      new PieceRecords(RecordFormat.pcap(), number -> LinkType.ETHERNET);

  private static final int PIECES = 12;

  private final Arena arena = Arena.ofAuto();
  private final ChunkPool chunks = new ChunkPool(PIECES, Chunk.MIN_CAPACITY, arena);
  private final List<Piece> pieces = new ArrayList<>();
  private final CountDownLatch done = new CountDownLatch(PIECES);
  private final LogLines log = new LogLines();

  /** A count of time that ends the thread which adds to it. */
  private static final class Deadly extends LongAdder {
    private static final PieceRecords RECORDS =
        new PieceRecords(RecordFormat.pcap(), number -> LinkType.ETHERNET);

    private static final long serialVersionUID = 1L;

    @Override
    public void add(long nanos) {
      throw new IllegalStateException("the test lets compressors fail");
    }
  }

  private CompressorPool pool(int threads, LongAdder nanos) {
    return new CompressorPool(new Compression.Zstd(1), threads, () -> null, nanos, () -> {}, log);
  }

  private void makePieces() {
    TestWorker worker =
        new TestWorker(
            0,
            chunks,
            chunk -> {
              Piece piece = new Piece(chunks, done::countDown, RECORDS, true, arena);
              piece.begin(chunk);
              pieces.add(piece);
            });
    for (int i = 0; i < PIECES; i++) {
      worker.send(i, 1000);
      worker.flush();
    }
  }

  private void awaitAll() throws InterruptedException {
    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(pieces).hasSize(PIECES).allMatch(Piece::isDone);
    assertThat(chunks.inUse()).isZero();
  }

  @Test
  void shouldGiveBackEveryPieceCompressed() throws InterruptedException {
    makePieces();
    try (CompressorPool pool = pool(3, new LongAdder())) {
      pieces.forEach(pool::submit);
      awaitAll();
    }
    assertThat(pieces).allMatch(piece -> piece.isCompressed() && piece.failure() == null);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void shouldGiveBackEveryPieceWhenEachThreadFailsAfterOne(int threads)
      throws InterruptedException {
    makePieces();
    try (CompressorPool pool = pool(threads, new Deadly())) {
      pieces.forEach(pool::submit);
      awaitAll();
    }
    assertThat(pieces).filteredOn(Piece::isCompressed).hasSize(threads);
    assertThat(pieces)
        .filteredOn(piece -> piece.failure() != null)
        .hasSize(PIECES - threads)
        .allMatch(piece -> piece.failure().getMessage().equals("the test lets compressors fail"));
    log.await("the test lets compressors fail", threads);
  }

  @Test
  void shouldGiveBackWhatComesAfterItWasCancelled() throws InterruptedException {
    makePieces();
    try (CompressorPool pool = pool(1, new LongAdder())) {
      pool.cancel();
      pieces.forEach(pool::submit);
      awaitAll();
    }
    assertThat(pieces).allMatch(piece -> piece.failure() instanceof CancellationException);
  }
}
