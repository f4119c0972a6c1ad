package org.gotm.ffm.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.source.PacketSourceException;

/**
 * Gives zeroed memory in huge pages where the kernel has them (transparent huge pages by madvise),
 * else in ordinary ones: for tables whose every access is a cache miss, and a TLB miss too with
 * small pages.
 *
 * <p>{@link #close} unmaps all of it, which nothing may use afterwards. One thread allocates,
 * touches and closes.
 */
public final class HugePages implements SegmentAllocator, AutoCloseable {
  private static final long HUGE_PAGE = 2 << 20;
  private static final int PAGE = 4096;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int MADV_HUGEPAGE = 14;
  private static final int MADV_POPULATE_WRITE = 23;

  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private final Arena arena = Arena.ofShared();
  private final Libc libc = new Libc(arena);
  private final List<MemorySegment> mappings = new ArrayList<>();
  private final List<MemorySegment> notTouched = new ArrayList<>();

  /** An allocator with nothing allocated. */
  public HugePages() {}

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    MemorySegment memory = map(byteSize);
    notTouched.add(memory);
    return memory;
  }

  /**
   * The same for memory that is seldom all in use: {@link #touch} touches its end only, and the
   * kernel gives the rest page by page.
   *
   * @param touchedBytes how much is touched
   */
  public SegmentAllocator asNeeded(long touchedBytes) {
    return (byteSize, byteAlignment) -> {
      MemorySegment memory = map(byteSize);
      notTouched.add(memory.asSlice(Math.max(byteSize - touchedBytes, 0) & -PAGE));
      return memory;
    };
  }

  private MemorySegment map(long byteSize) {
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
    return memory;
  }

  /**
   * Touches all memory that was allocated since the last call, so that no page fault comes later.
   * It may be in use already, by any thread, and takes tens of milliseconds for 100 MiB.
   */
  public void touch() {
    for (MemorySegment memory : notTouched) {
      if (libc.madvise(memory, MADV_POPULATE_WRITE) < 0) {
        touch(memory); // a kernel before 5.14
      }
    }
    notTouched.clear();
  }

  private static void touch(MemorySegment memory) {
    for (long page = 0; page < memory.byteSize(); page += PAGE) {
      INT.getAndBitwiseOr(memory, page, 0); // somebody may be writing there
    }
  }

  @Override
  public void close() {
    mappings.forEach(libc::munmap);
    mappings.clear();
    arena.close();
  }
}
