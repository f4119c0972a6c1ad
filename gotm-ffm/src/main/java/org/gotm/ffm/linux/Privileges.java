package org.gotm.ffm.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.linux.generated.sock_filter;
import org.gotm.ffm.linux.generated.sock_fprog;

/**
 * The rights of the process, and how it gives them up. See credentials(7) and capabilities(7).
 *
 * <p>To the kernel user, groups and capabilities are each thread's own. The C library changes user
 * and groups in all of them, and whose user is root no more loses its capabilities with it; what a
 * thread keeps nevertheless, the threads that it starts inherit, and no others.
 */
public final class Privileges {
  private static final MethodHandle GETEUID = Libc.link("geteuid");
  private static final MethodHandle INITGROUPS = Libc.link("initgroups");
  private static final MethodHandle SETRESGID = Libc.link("setresgid");
  private static final MethodHandle SETRESUID = Libc.link("setresuid");
  private static final MethodHandle CAPSET = Libc.link("capset");
  private static final MethodHandle PRCTL = Libc.link("prctl");
  private static final MethodHandle UMASK = Libc.link("umask");

  private static final int CAP_NET_RAW = 13;
  private static final int CAPABILITY_VERSION_3 = 0x20080522;

  /** Two words of each set, since there are more than 32 capabilities. */
  private static final int CAPABILITY_WORDS = 2;

  private static final int WORDS_OF_SETS = 3;

  private static final int PR_SET_KEEPCAPS = 8;
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final int PR_GET_NO_NEW_PRIVS = 39;

  /** The number of seccomp(2): of x86-64, or of all others. */
  private static final int SYS_SECCOMP = System.getProperty("os.arch").equals("amd64") ? 317 : 277;

  private static final int SECCOMP_SET_MODE_FILTER = 1;

  /** All threads; and none of them is to run slower for it, as some kernels would have it. */
  private static final int SECCOMP_TSYNC_SPEC_ALLOW = 1 | 4;

  private static final short BPF_RET = 6;
  private static final int SECCOMP_RET_ALLOW = 0x7fff0000;

  private Privileges() {}

  /** True if the calling thread is root's. */
  public static boolean isRoot() {
    try (Arena call = Arena.ofConfined()) {
      return new Libc(call).callInt(GETEUID, 0, 0, 0, 0, 0) == 0;
    }
  }

  /**
   * What is masked out of the mode of each file and folder that the process makes from now on.
   *
   * @return what was until now
   */
  public static int setFileMask(int mask) {
    try (Arena call = Arena.ofConfined()) {
      return new Libc(call).callInt(UMASK, mask, 0, 0, 0, 0);
    }
  }

  /**
   * Makes all threads of the process the user's, with the user's groups, for good. No capability is
   * left, but the calling thread keeps CAP_NET_RAW, and the threads that it starts have it, until
   * they {@link #giveUpCapabilities}. Root only.
   *
   * @throws PacketSourceException if that is refused; the process must end then
   */
  public static void become(UserAccount user) {
    try (Arena call = Arena.ofConfined()) {
      Libc libc = new Libc(call);
      check(libc.callInt(PRCTL, PR_SET_KEEPCAPS, 1, 0, 0, 0), user, "keep CAP_NET_RAW");
      long name = call.allocateFrom(user.name()).address();
      check(libc.callInt(INITGROUPS, name, user.gid(), 0, 0, 0), user, "change groups");
      int gid = user.gid();
      check(libc.callInt(SETRESGID, gid, gid, gid, 0, 0), user, "change the group");
      int uid = user.uid();
      check(libc.callInt(SETRESUID, uid, uid, uid, 0, 0), user, "change the user");
      check(setCapabilities(libc, call, 1 << CAP_NET_RAW), user, "give up capabilities");
      check(libc.callInt(PRCTL, PR_SET_KEEPCAPS, 0, 0, 0, 0), user, "give up capabilities");
    }
  }

  /** The calling thread gives up its capabilities, which always succeeds. */
  public static void giveUpCapabilities() {
    try (Arena call = Arena.ofConfined()) {
      setCapabilities(new Libc(call), call, 0);
    }
  }

  private static int setCapabilities(Libc libc, Arena call, int capabilities) {
    MemorySegment header = call.allocate(2 * Integer.BYTES, Integer.BYTES);
    header.set(JAVA_INT, 0, CAPABILITY_VERSION_3);
    MemorySegment sets =
        call.allocate(CAPABILITY_WORDS * WORDS_OF_SETS * Integer.BYTES, Integer.BYTES);
    sets.setAtIndex(JAVA_INT, 0, capabilities); // effective
    sets.setAtIndex(JAVA_INT, 1, capabilities); // permitted
    return libc.callInt(CAPSET, header.address(), sets.address(), 0, 0, 0);
  }

  /**
   * No thread of the process, nor any program that it starts, gets new rights from now on, such as
   * by a program of root's with the set-user-ID bit. The kernel has this, too, for each thread; a
   * filter of system calls, though, which lets everything through, it takes for all threads at
   * once, and they have both then. Of a process that began so, as a service, all threads are so.
   *
   * @return false if this kernel has no such filters: other threads than the calling one, and those
   *     it starts, are as before
   */
  public static boolean forbidNewOnes() {
    try (Arena call = Arena.ofConfined()) {
      Libc libc = new Libc(call);
      if (libc.callInt(PRCTL, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) {
        return true;
      }
      libc.callInt(PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
      long program = letEverythingThrough(call).address();
      return libc.syscall(SYS_SECCOMP, SECCOMP_SET_MODE_FILTER, SECCOMP_TSYNC_SPEC_ALLOW, program)
          == 0;
    }
  }

  private static MemorySegment letEverythingThrough(Arena call) {
    MemorySegment instruction = sock_filter.allocate(call);
    sock_filter.code(instruction, BPF_RET);
    sock_filter.k(instruction, SECCOMP_RET_ALLOW);
    MemorySegment program = sock_fprog.allocate(call);
    sock_fprog.len(program, (short) 1);
    sock_fprog.filter(program, instruction);
    return program;
  }

  private static void check(int answer, UserAccount user, String purpose) {
    if (answer < 0) {
      throw new PacketSourceException(
          "user=%s: cannot %s: %s; start gotm as root with all its rights, or as that user"
              .formatted(user.name(), purpose, Libc.message(answer)));
    }
  }
}
