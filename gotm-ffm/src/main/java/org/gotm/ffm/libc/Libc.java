package org.gotm.ffm.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * System calls of Linux through the C library. Each answers what the call returned, or {@code
 * -errno} (always negative) when it failed, as the kernel itself does; {@link Errno} names the
 * values.
 *
 * <p>Thread rule: an object keeps errno in its own memory, so one thread at a time uses it. The
 * arena must outlive it.
 */
public final class Libc {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CAPTURE_LAYOUT = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURE_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

  private static final MethodHandle SOCKET = link("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle BIND = link("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle CONNECT =
      link("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SETSOCKOPT =
      link("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle GETSOCKOPT =
      link("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle MMAP =
      link("mmap", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle MUNMAP = link("munmap", JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle MADVISE =
      link("madvise", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle POLL = link("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle EVENTFD = link("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle READ = link("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle WRITE = link("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle CLOSE = link("close", JAVA_INT, JAVA_INT);
  private static final MethodHandle IOCTL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("ioctl"),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
          CAPTURE_ERRNO,
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle SCHED_SETAFFINITY =
      link("sched_setaffinity", JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
  private static final MethodHandle SETPRIORITY =
      link("setpriority", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle GETTID = link("gettid", JAVA_INT);
  private static final MethodHandle IF_NAMETOINDEX = link("if_nametoindex", JAVA_INT, ADDRESS);
  private static final MethodHandle PIPE2 = link("pipe2", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle STRERROR =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("strerror"), FunctionDescriptor.of(ADDRESS, JAVA_INT));

  private static final int PRIO_PROCESS = 0;
  private static final int EFD_CLOEXEC_NONBLOCK = 0x80800;

  private final Arena arena;
  private final MemorySegment errno;
  private final MemorySegment scratch;

  /** System calls for one thread at a time, with memory of the arena. */
  public Libc(Arena arena) {
    this.arena = arena;
    errno = arena.allocate(CAPTURE_LAYOUT);
    scratch = arena.allocate(JAVA_LONG);
  }

  private static MethodHandle link(String name, MemoryLayout result, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, arguments),
        CAPTURE_ERRNO);
  }

  /** See socket(2). */
  public int socket(int domain, int type, int protocol) {
    try {
      return answer((int) SOCKET.invokeExact(errno, domain, type, protocol));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** See bind(2). */
  public int bind(int fd, MemorySegment address) {
    try {
      return answer((int) BIND.invokeExact(errno, fd, address, (int) address.byteSize()));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** See connect(2). */
  public int connect(int fd, MemorySegment address) {
    try {
      return answer((int) CONNECT.invokeExact(errno, fd, address, (int) address.byteSize()));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** See setsockopt(2); the whole of {@code value} is passed. */
  public int setsockopt(int fd, int level, int option, MemorySegment value) {
    try {
      return answer(
          (int) SETSOCKOPT.invokeExact(errno, fd, level, option, value, (int) value.byteSize()));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** See setsockopt(2), for options that are an int. */
  public int setsockopt(int fd, int level, int option, int value) {
    MemorySegment word = scratch.asSlice(0, Integer.BYTES);
    word.set(JAVA_INT, 0, value);
    return setsockopt(fd, level, option, word);
  }

  /** See getsockopt(2); answers the length that was filled in. */
  public int getsockopt(int fd, int level, int option, MemorySegment value) {
    scratch.set(JAVA_INT, 0, (int) value.byteSize());
    try {
      int result = answer((int) GETSOCKOPT.invokeExact(errno, fd, level, option, value, scratch));
      return result < 0 ? result : scratch.get(JAVA_INT, 0);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** See mmap(2); answers the address. */
  public long mmap(long length, int protection, int flags, int fd, long offset) {
    try {
      MemorySegment address =
          (MemorySegment)
              MMAP.invokeExact(errno, MemorySegment.NULL, length, protection, flags, fd, offset);
      return address.address() == -1 ? -errno() : address.address();
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** See munmap(2). Nothing may touch the memory afterwards. */
  public int munmap(MemorySegment memory) {
    try {
      return answer((int) MUNMAP.invokeExact(errno, memory, memory.byteSize()));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** See madvise(2). */
  public int madvise(MemorySegment memory, int advice) {
    try {
      return answer((int) MADVISE.invokeExact(errno, memory, memory.byteSize(), advice));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** See poll(2). */
  public int poll(MemorySegment fds, int count, int timeoutMillis) {
    try {
      return answer((int) POLL.invokeExact(errno, fds, (long) count, timeoutMillis));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** A new non-blocking eventfd with a count of 0. */
  public int eventfd() {
    try {
      return answer((int) EVENTFD.invokeExact(errno, 0, EFD_CLOEXEC_NONBLOCK));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Adds 1 to an eventfd. */
  public int eventfdWrite(int fd) {
    scratch.set(JAVA_LONG, 0, 1);
    return (int) write(fd, scratch);
  }

  /** Takes all from an eventfd. */
  public int eventfdRead(int fd) {
    return (int) read(fd, scratch);
  }

  /** See read(2). */
  public long read(int fd, MemorySegment into) {
    try {
      return answer((long) READ.invokeExact(errno, fd, into, into.byteSize()));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** See write(2). */
  public long write(int fd, MemorySegment from) {
    try {
      return answer((long) WRITE.invokeExact(errno, fd, from, from.byteSize()));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** See close(2). */
  public int close(int fd) {
    try {
      return answer((int) CLOSE.invokeExact(errno, fd));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** See ioctl(2). */
  public int ioctl(int fd, long request, MemorySegment argument) {
    try {
      return answer((int) IOCTL.invokeExact(errno, fd, request, argument));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** See pipe2(2); fills in the reading and the writing descriptor. */
  public int pipe2(int[] fds, int flags) {
    try {
      int result = answer((int) PIPE2.invokeExact(errno, scratch, flags));
      fds[0] = scratch.get(JAVA_INT, 0);
      fds[1] = scratch.get(JAVA_INT, Integer.BYTES);
      return result;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Binds the calling thread to one processor. */
  public int pinThread(int cpu) {
    MemorySegment mask = arena.allocate(128, Long.BYTES);
    mask.set(JAVA_LONG, cpu / Long.SIZE * Long.BYTES, 1L << cpu % Long.SIZE);
    try {
      return answer((int) SCHED_SETAFFINITY.invokeExact(errno, 0, mask.byteSize(), mask));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Sets the nice value, -20 to 19, of the calling thread. */
  public int setThreadNice(int nice) {
    try {
      int thread = (int) GETTID.invokeExact(errno);
      return answer((int) SETPRIORITY.invokeExact(errno, PRIO_PROCESS, thread, nice));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The index of a network interface, or {@code -ENODEV}. */
  public int interfaceIndex(String name) {
    try (Arena call = Arena.ofConfined()) {
      int index = (int) IF_NAMETOINDEX.invokeExact(errno, call.allocateFrom(name));
      return index == 0 ? -Errno.ENODEV : index;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The C library's words for an error, given as errno or as {@code -errno}. */
  public static String message(int error) {
    try {
      MemorySegment text = (MemorySegment) STRERROR.invokeExact(Math.abs(error));
      return text.reinterpret(1024).getString(0);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private int errno() {
    return (int) ERRNO.get(errno, 0L);
  }

  private int answer(int result) {
    return result == -1 ? -errno() : result;
  }

  private long answer(long result) {
    return result == -1 ? -errno() : result;
  }

  private static IllegalStateException unexpected(Throwable e) {
    return new IllegalStateException("a call into the C library failed", e);
  }

  /** A struct pollfd; {@code events} and {@code revents} are shorts at 4 and 6. */
  public static final StructLayout POLLFD =
      MemoryLayout.structLayout(
          ValueLayout.JAVA_INT.withName("fd"),
          JAVA_SHORT.withName("events"),
          JAVA_SHORT.withName("revents"));
}
