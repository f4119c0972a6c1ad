package org.gotm.ffm.linux;

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
 * arena must outlive it, and memory that is passed must outlive the call.
 */
public final class Libc {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CAPTURE_LAYOUT = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURE_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

  /**
   * One signature for all: the ABIs of Linux pass integers and addresses alike, in registers, and
   * do not mind arguments that a function does not take. Each further one would cost milliseconds
   * at the start.
   */
  private static final FunctionDescriptor SIGNATURE =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle SOCKET = link("socket");
  private static final MethodHandle BIND = link("bind");
  private static final MethodHandle CONNECT = link("connect");
  private static final MethodHandle SETSOCKOPT = link("setsockopt");
  private static final MethodHandle GETSOCKOPT = link("getsockopt");
  private static final MethodHandle GETSOCKNAME = link("getsockname");
  private static final MethodHandle MMAP = link("mmap");
  private static final MethodHandle MUNMAP = link("munmap");
  private static final MethodHandle MADVISE = link("madvise");
  private static final MethodHandle POLL = link("poll");
  private static final MethodHandle EVENTFD = link("eventfd");
  private static final MethodHandle READ = link("read");
  private static final MethodHandle WRITE = link("write");
  private static final MethodHandle CLOSE = link("close");
  private static final MethodHandle IOCTL = link("ioctl");
  private static final MethodHandle SCHED_SETAFFINITY = link("sched_setaffinity");
  private static final MethodHandle SETPRIORITY = link("setpriority");
  private static final MethodHandle GETTID = link("gettid");
  private static final MethodHandle IF_NAMETOINDEX = link("if_nametoindex");
  private static final MethodHandle PIPE2 = link("pipe2");
  private static final MethodHandle STRERROR = link("strerror");
  private static final MethodHandle SIGNAL = link("signal");
  private static final MethodHandle SYSCALL = link("syscall");
  private static final MethodHandle CLOCK_GETTIME = link("clock_gettime");

  private static final int PRIO_PROCESS = 0;
  private static final long SIG_DFL = 0;
  private static final long SIG_IGN = 1;
  private static final int EFD_CLOEXEC_NONBLOCK = 0x80800;
  private static final int CPU_MASK_LENGTH = 8192 / Byte.SIZE; // as many as the kernel can have
  private static final int LONGEST_MESSAGE = 1024;

  /** The number of bpf(2), which the C library has no function for: of x86-64, or of all others. */
  private static final int SYS_BPF = System.getProperty("os.arch").equals("amd64") ? 321 : 280;

  /** The number of ioprio_set(2): of x86-64, or of all others. */
  private static final int SYS_IOPRIO_SET =
      System.getProperty("os.arch").equals("amd64") ? 251 : 30;

  private static final int IOPRIO_WHO_PROCESS = 1;
  private static final int IOPRIO_IDLE = 3 << 13;

  private final Arena arena;
  private final MemorySegment errno;
  private final MemorySegment scratch;

  /** System calls for one thread at a time, with memory of the arena. */
  public Libc(Arena arena) {
    this.arena = arena;
    errno = arena.allocate(CAPTURE_LAYOUT);
    scratch = arena.allocate(JAVA_LONG);
  }

  /** A function of the C library, to be called by {@link #callInt}. */
  static MethodHandle link(String name) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name), SIGNATURE, CAPTURE_ERRNO);
  }

  private long call(MethodHandle function, long a, long b, long c, long d, long e, long f) {
    try {
      return (long) function.invokeExact(errno, a, b, c, d, e, f);
    } catch (Throwable t) {
      throw new IllegalStateException("a call into the C library failed", t);
    }
  }

  /** Calls a function that answers an int. */
  int callInt(MethodHandle function, long a, long b, long c, long d, long e) {
    int result = (int) call(function, a, b, c, d, e, 0);
    return result == -1 ? -errno() : result;
  }

  /** Calls a function that answers a long. */
  private long callLong(MethodHandle function, long a, long b, long c) {
    long result = call(function, a, b, c, 0, 0, 0);
    return result == -1 ? -errno() : result;
  }

  /** See socket(2). */
  public int socket(int domain, int type, int protocol) {
    return callInt(SOCKET, domain, type, protocol, 0, 0);
  }

  /** See bind(2). */
  public int bind(int fd, MemorySegment address) {
    return callInt(BIND, fd, address.address(), address.byteSize(), 0, 0);
  }

  /** See connect(2). */
  public int connect(int fd, MemorySegment address) {
    return callInt(CONNECT, fd, address.address(), address.byteSize(), 0, 0);
  }

  /** See setsockopt(2); the whole of {@code value} is passed. */
  public int setsockopt(int fd, int level, int option, MemorySegment value) {
    return callInt(SETSOCKOPT, fd, level, option, value.address(), value.byteSize());
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
    int result = callInt(GETSOCKOPT, fd, level, option, value.address(), scratch.address());
    return result < 0 ? result : scratch.get(JAVA_INT, 0);
  }

  /** See getsockname(2); fills in as much of the address as there is room for. */
  public int getsockname(int fd, MemorySegment address) {
    scratch.set(JAVA_INT, 0, (int) address.byteSize());
    return callInt(GETSOCKNAME, fd, address.address(), scratch.address(), 0, 0);
  }

  /** See mmap(2); answers the address. */
  public long mmap(long length, int protection, int flags, int fd, long offset) {
    long address = call(MMAP, 0, length, protection, flags, fd, offset);
    return address == -1 ? -errno() : address;
  }

  /** See munmap(2). Nothing may touch the memory afterwards. */
  public int munmap(MemorySegment memory) {
    return callInt(MUNMAP, memory.address(), memory.byteSize(), 0, 0, 0);
  }

  /** See madvise(2). */
  public int madvise(MemorySegment memory, int advice) {
    return callInt(MADVISE, memory.address(), memory.byteSize(), advice, 0, 0);
  }

  /** See poll(2). */
  public int poll(MemorySegment fds, int count, int timeoutMillis) {
    return callInt(POLL, fds.address(), count, timeoutMillis, 0, 0);
  }

  /** See clock_gettime(2); seconds and nanoseconds are two longs. */
  int clockTime(int clock, MemorySegment time) {
    return callInt(CLOCK_GETTIME, clock, time.address(), 0, 0, 0);
  }

  /** A new non-blocking eventfd with a count of 0. */
  public int eventfd() {
    return callInt(EVENTFD, 0, EFD_CLOEXEC_NONBLOCK, 0, 0, 0);
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
    return callLong(READ, fd, into.address(), into.byteSize());
  }

  /** See write(2). */
  public long write(int fd, MemorySegment from) {
    return callLong(WRITE, fd, from.address(), from.byteSize());
  }

  /** See close(2). */
  public int close(int fd) {
    return callInt(CLOSE, fd, 0, 0, 0, 0);
  }

  /** See ioctl(2). */
  public int ioctl(int fd, long request, MemorySegment argument) {
    return callInt(IOCTL, fd, request, argument.address(), 0, 0);
  }

  /** See pipe2(2); fills in the reading and the writing descriptor. */
  public int pipe2(int[] fds, int flags) {
    int result = callInt(PIPE2, scratch.address(), flags, 0, 0, 0);
    fds[0] = scratch.get(JAVA_INT, 0);
    fds[1] = scratch.get(JAVA_INT, Integer.BYTES);
    return result;
  }

  /**
   * See bpf(2); x86-64, aarch64 and riscv64.
   *
   * @param attributes the whole {@code union bpf_attr} of the command
   */
  public int bpf(int command, MemorySegment attributes) {
    return callInt(SYSCALL, SYS_BPF, command, attributes.address(), attributes.byteSize(), 0);
  }

  /** See syscall(2), for calls that the C library has no function for. */
  int syscall(long number, long a, long b, long c) {
    return callInt(SYSCALL, number, a, b, c, 0);
  }

  /** Binds the calling thread to one processor, from 0 to 8191; {@code -EINVAL} if it has none. */
  public int pinThread(int cpu) {
    MemorySegment mask = arena.allocate(CPU_MASK_LENGTH, Long.BYTES);
    mask.set(JAVA_LONG, cpu / Long.SIZE * Long.BYTES, 1L << cpu % Long.SIZE);
    return callInt(SCHED_SETAFFINITY, 0, mask.byteSize(), mask.address(), 0, 0);
  }

  /** Sets the nice value, -20 to 19, of the calling thread. */
  public int setThreadNice(int nice) {
    int thread = callInt(GETTID, 0, 0, 0, 0, 0);
    return callInt(SETPRIORITY, PRIO_PROCESS, thread, nice, 0, 0);
  }

  /** Lets the calling thread read and write disks when nobody else does; see ioprio_set(2). */
  public int setThreadIdleIo() {
    return callInt(SYSCALL, SYS_IOPRIO_SET, IOPRIO_WHO_PROCESS, 0, IOPRIO_IDLE, 0);
  }

  /**
   * Gives a signal its default meaning for the process; see signal(2).
   *
   * @return true if it was ignored before, as by nohup, or in the background of a script
   */
  public boolean setDefaultSignal(int number) {
    return call(SIGNAL, number, SIG_DFL, 0, 0, 0, 0) == SIG_IGN;
  }

  /** The index of a network interface, or {@code -ENODEV}. */
  public int interfaceIndex(String name) {
    try (Arena call = Arena.ofConfined()) {
      int index = callInt(IF_NAMETOINDEX, call.allocateFrom(name).address(), 0, 0, 0, 0);
      return index <= 0 ? -Errno.ENODEV : index;
    }
  }

  /** The C library's words for an error, given as errno or as {@code -errno}. */
  public static String message(int error) {
    try (Arena arena = Arena.ofConfined()) {
      long text = new Libc(arena).call(STRERROR, Math.abs(error), 0, 0, 0, 0, 0);
      return MemorySegment.ofAddress(text).reinterpret(LONGEST_MESSAGE).getString(0);
    }
  }

  private int errno() {
    return (int) ERRNO.get(errno, 0L);
  }

  /** A struct pollfd; {@code events} and {@code revents} are shorts at 4 and 6. */
  public static final StructLayout POLLFD =
      MemoryLayout.structLayout(
          ValueLayout.JAVA_INT.withName("fd"),
          JAVA_SHORT.withName("events"),
          JAVA_SHORT.withName("revents"));
}
