package org.gotm.store.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.gotm.core.failure.Reason;
import org.gotm.store.terms.PieceTerms;

/**
 * The index of one capture file while it is written: becomes its sidecar when the file is finished,
 * or nothing if something goes wrong, as an index may never cost a packet. What is here for the
 * output and the closer never waits; the thread of the index does the work.
 */
public final class FileIndex {
  private final LiveIndex index;
  private final Path capture;
  private final Path sidecar;
  private boolean hasHoles;
  private boolean isEnded;

  // the thread of the index alone
  private SidecarWriter writer;
  private GranuleBuilder granules;
  private boolean isGivenUp;

  /**
   * An index without a piece.
   *
   * @param sidecar where it is until the capture is finished
   */
  FileIndex(LiveIndex index, Path capture, Path sidecar) {
    this.index = index;
    this.capture = capture;
    this.sidecar = sidecar;
  }

  /**
   * Adds a piece that was appended to the file.
   *
   * @param piece what is in it, the index's from now on; null if that is not known
   */
  public void add(PieceTerms piece, long offset, int length) {
    if (piece == null) {
      hasHoles = true;
      index.countHole();
      return;
    }
    piece.target(this::take);
    piece.place(offset, length);
    index.submit(piece);
  }

  /** Says that the file was cut: there will be no index of it. */
  public void giveUp(String reason) {
    index.submit(() -> fail(reason));
  }

  /** Makes the sidecar of the file, which has its finished name and length. */
  public void finish(Path finished, long length) {
    isEnded = true;
    boolean holes = hasHoles;
    index.submit(() -> makeSidecar(finished, length, holes));
  }

  /** Ends without a sidecar; harmless behind {@link #finish}. */
  public void drop() {
    if (!isEnded) {
      isEnded = true;
      index.submit(this::discard);
    }
  }

  /** Takes the terms of a piece. The thread of the index, as all that follows. */
  private void take(PieceTerms piece) {
    try {
      if (!isGivenUp) {
        open();
        granules.add(piece);
      }
    } catch (IOException | RuntimeException e) {
      fail(e.toString());
    } finally {
      piece.release();
    }
  }

  private void open() throws IOException {
    if (writer == null) {
      writer = new SidecarWriter(sidecar, index::pairsOfFile);
      granules = new GranuleBuilder(writer);
    }
  }

  /** Makes what there is so far readable. */
  void checkpoint() {
    try {
      if (writer != null && writer.isWorthCheckpoint()) {
        writer.checkpoint();
      }
    } catch (IOException | RuntimeException e) {
      fail(e.toString());
    }
  }

  private void makeSidecar(Path finished, long length, boolean holes) {
    if (isGivenUp) {
      return;
    }
    try {
      open();
      granules.finish();
      writer.finish(Sidecar.path(finished), length, holes);
      if (!Files.exists(finished, LinkOption.NOFOLLOW_LINKS)) {
        Files.deleteIfExists(Sidecar.path(finished)); // retention was faster
      }
      index.countFile(true);
    } catch (IOException | RuntimeException e) {
      fail(e.toString());
    } finally {
      discard();
    }
  }

  private void fail(String reason) {
    if (!isGivenUp) {
      discard();
      index.countFile(false);
      index.say("%s will have no index: %s; gotm index makes one".formatted(capture, reason));
    }
  }

  void discard() {
    isGivenUp = true;
    index.forget(this);
    if (writer != null) {
      try {
        writer.close();
      } catch (IOException e) {
        index.say("%s cannot be removed: %s".formatted(sidecar, Reason.of(e)));
      }
    }
  }
}
