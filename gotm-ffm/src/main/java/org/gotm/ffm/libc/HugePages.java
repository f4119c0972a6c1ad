package org.gotm.ffm.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.capture.PacketSourceException;

/**
 * Gives zeroed memory in huge pages where the kernel has them (transparent huge pages by madvise),
 * else in ordinary ones: for tables whose every access is a cache miss, and a TLB miss too with
 * small pages.
 *
 * <p>Memory is touched when it is allocated, so that no page fault comes later. {@link #close}
 * unmaps all of it, which nothing may touch afterwards. One thread allocates and closes.
 */
public final class HugePages implements SegmentAllocator, AutoCloseable {
  private static final long HUGE_PAGE = 2 << 20;
  private static final int PAGE = 4096;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int MADV_HUGEPAGE = 14;

  private final Arena arena = Arena.ofShared();
  private final Libc libc = new Libc(arena);
  private final List<MemorySegment> mappings = new ArrayList<>();

  /** An allocator with nothing allocated. */
  public HugePages() {}

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    long mapped = (byteSize + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE + HUGE_PAGE;
    long address = libc.mmap(mapped, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
    if (address < 0) {
      throw new PacketSourceException(
          "cannot allocate %d MiB: %s; use a smaller -maxflows or -buffersize"
              .formatted(mapped >> 20, Libc.message((int) address)));
    }
    MemorySegment mapping = MemorySegment.ofAddress(address).reinterpret(mapped);
    mappings.add(mapping);
    long skip = -address & HUGE_PAGE - 1;
    MemorySegment memory = mapping.asSlice(skip, byteSize);
    libc.madvise(mapping.asSlice(skip, mapped - HUGE_PAGE), MADV_HUGEPAGE);
    for (long page = 0; page < byteSize; page += PAGE) {
      memory.set(ValueLayout.JAVA_BYTE, page, (byte) 0);
    }
    return memory;
  }

  @Override
  public void close() {
    mappings.forEach(libc::munmap);
    mappings.clear();
    arena.close();
  }
}
