package org.gotm.core.packet;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Memory with a page before and a page after it that may not be touched: who reads one byte too far
 * kills the process. {@link #segment} spans all three, as a ring spans all its packets, so that no
 * bounds check comes first.
 */
public final class GuardedMemory implements AutoCloseable {
  private static final int PROT_NONE = 0;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final long GUARD_LENGTH = 64 * 1024; // a page of the largest usual size

  private static final MethodHandle MMAP =
      link("mmap", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle MPROTECT =
      link("mprotect", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle MUNMAP = link("munmap", JAVA_INT, ADDRESS, JAVA_LONG);

  private final MemorySegment segment;
  private final long end;

  /** Memory for packets of up to {@code capacity} bytes. */
  public GuardedMemory(long capacity) {
    long length = (capacity + GUARD_LENGTH - 1) / GUARD_LENGTH * GUARD_LENGTH;
    long whole = length + 2 * GUARD_LENGTH;
    try {
      MemorySegment address =
          (MemorySegment)
              MMAP.invokeExact(MemorySegment.NULL, whole, PROT_NONE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
      if (address.address() == -1) {
        throw new IllegalStateException("mmap of %d bytes failed".formatted(whole));
      }
      segment = address.reinterpret(whole);
      end = GUARD_LENGTH + length;
      MemorySegment usable = segment.asSlice(GUARD_LENGTH, length);
      int result = (int) MPROTECT.invokeExact(usable, length, PROT_READ_WRITE);
      if (result != 0) {
        throw new IllegalStateException("mprotect of %d bytes failed".formatted(length));
      }
    } catch (Throwable e) {
      throw new IllegalStateException("no guarded memory", e);
    }
  }

  private static MethodHandle link(String name, MemoryLayout result, MemoryLayout... arguments) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments));
  }

  /** The memory and both guards. */
  public MemorySegment segment() {
    return segment;
  }

  /**
   * Puts the first {@code length} bytes of a packet right before the guard.
   *
   * @return where in the segment it begins
   */
  public long putAtEnd(byte[] packet, int length) {
    long offset = end - length;
    MemorySegment.copy(packet, 0, segment, JAVA_BYTE, offset, length);
    return offset;
  }

  @Override
  public void close() {
    try {
      int result = (int) MUNMAP.invokeExact(segment, segment.byteSize());
      if (result != 0) {
        throw new IllegalStateException("munmap failed");
      }
    } catch (Throwable e) {
      throw new IllegalStateException("guarded memory stays", e);
    }
  }
}
