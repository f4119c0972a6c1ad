package org.gotm.core.chunk;

/**
 * Where a worker's chunks begin in their memory, so that the output can write them to a file from
 * where they lie: as far behind the start of a page as the file's end is behind a block's.
 *
 * <p>The output says where a chunk goes, and the worker follows with its next one. Until then, and
 * when nobody asks for it, chunks begin at 0.
 */
final class FileAlignment {
  private static final int NOT_ASKED = -1;

  private volatile int shift = NOT_ASKED;
  private long handedOver;

  /** How many bytes the worker has handed over so far. The worker only. */
  long handedOver() {
    return handedOver;
  }

  /** Counts a chunk that was handed over. The worker only. */
  void add(int length) {
    handedOver += length;
  }

  /** Where the next chunk begins, from 0 to {@link Chunk#ALIGNMENT} - 1. The worker only. */
  int begin() {
    int asked = shift;
    return asked == NOT_ASKED ? 0 : (int) (handedOver + asked) & Chunk.ALIGNMENT - 1;
  }

  /** Asks that the worker's byte {@code position} lie as the file's byte {@code fileOffset}. */
  void ask(long fileOffset, long position) {
    int asked = (int) (fileOffset - position) & Chunk.ALIGNMENT - 1;
    if (asked != shift) {
      shift = asked;
    }
  }
}
