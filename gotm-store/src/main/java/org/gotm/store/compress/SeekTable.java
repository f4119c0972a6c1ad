package org.gotm.store.compress;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The table of the frames of a zstd file: a frame that readers skip, at the end of the file, by
 * which those who know it begin where they want. Source: zstd, contrib/seekable_format,
 * zstd_seekable_compression_format.md, version 0.1.0.
 *
 * <pre>
 * 184d2a5e u32 | length of the rest u32
 * for each frame: its length u32 | length of its content u32
 * frames u32 | 0 u8 | 8f92eab1 u32
 * </pre>
 *
 * A file with more than 4 million frames gets none, nor one with a frame that is too long for the
 * format, which is never one of ours. Takes 8 bytes a frame, 64 KiB at a time.
 */
final class SeekTable implements Trailer {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int SKIPPABLE_MAGIC = 0x184d2a5e;
  private static final int TABLE_MAGIC = 0x8f92eab1;
  private static final int HEAD_LENGTH = 8;
  private static final int FOOT_LENGTH = 9;
  private static final int TABLE_MAGIC_OFFSET = 5;
  private static final int ENTRY_LENGTH = 8;
  private static final int BLOCK_FRAMES = 8 << 10;
  private static final int MOST_FRAMES = 1 << 22;
  private static final long LONGEST_FRAME = 0xffff_ffffL;
  private static final long LONGEST_CONTENT = 1 << 30;

  private final Arena arena;
  private final List<MemorySegment> blocks = new ArrayList<>();
  private int frames;
  private long end;
  private boolean isPossible = true;

  SeekTable(Arena arena) {
    this.arena = arena;
  }

  @Override
  public void add(long length, long plainLength) {
    isPossible &= frames < MOST_FRAMES && length <= LONGEST_FRAME && plainLength <= LONGEST_CONTENT;
    if (!isPossible) {
      return;
    }
    if (frames == blocks.size() * BLOCK_FRAMES) {
      blocks.add(arena.allocate((long) BLOCK_FRAMES * ENTRY_LENGTH, ENTRY_LENGTH));
    }
    MemorySegment block = blocks.get(frames / BLOCK_FRAMES);
    long at = offset(frames);
    block.set(INT, at, (int) length);
    block.set(INT, at + Integer.BYTES, (int) plainLength);
    frames++;
    end += length;
  }

  private static long offset(int frame) {
    return (long) (frame % BLOCK_FRAMES) * ENTRY_LENGTH;
  }

  @Override
  public void cutTo(long newEnd) {
    while (end > newEnd) {
      frames--;
      int length = blocks.get(frames / BLOCK_FRAMES).get(INT, offset(frames));
      end -= Integer.toUnsignedLong(length);
    }
  }

  @Override
  public long lengthWith(int more) {
    return isPossible ? HEAD_LENGTH + (long) (frames + more) * ENTRY_LENGTH + FOOT_LENGTH : 0;
  }

  @Override
  public List<MemorySegment> parts() {
    if (!isPossible) {
      return List.of();
    }
    List<MemorySegment> parts = new ArrayList<>();
    parts.add(head());
    for (int first = 0; first < frames; first += BLOCK_FRAMES) {
      int count = Math.min(frames - first, BLOCK_FRAMES);
      parts.add(blocks.get(first / BLOCK_FRAMES).asSlice(0, (long) count * ENTRY_LENGTH));
    }
    parts.add(foot());
    return parts;
  }

  private MemorySegment head() {
    MemorySegment head = MemorySegment.ofArray(new byte[HEAD_LENGTH]);
    head.set(INT, 0, SKIPPABLE_MAGIC);
    head.set(INT, Integer.BYTES, frames * ENTRY_LENGTH + FOOT_LENGTH);
    return head;
  }

  private MemorySegment foot() {
    MemorySegment foot = MemorySegment.ofArray(new byte[FOOT_LENGTH]);
    foot.set(INT, 0, frames);
    foot.set(INT, TABLE_MAGIC_OFFSET, TABLE_MAGIC);
    return foot;
  }
}
