package org.gotm.ffm.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * A user of this system, by whatever the name service knows: files, LDAP and so on.
 *
 * @param name of the user
 * @param uid number of the user
 * @param gid number of the user's own group
 */
public record UserAccount(String name, int uid, int gid) {
  /** Where a struct passwd has them, behind two pointers; see getpwnam(3). */
  private static final long UID_OFFSET = 16;

  private static final long GID_OFFSET = 20;

  /**
   * Looks a user up; empty if there is none of that name. One thread at a time: the C library keeps
   * the answer in memory of its own.
   */
  public static synchronized Optional<UserAccount> find(String name) {
    Linker linker = Linker.nativeLinker();
    MethodHandle getpwnam =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("getpwnam"),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    try (Arena call = Arena.ofConfined()) {
      MemorySegment entry = (MemorySegment) getpwnam.invokeExact(call.allocateFrom(name));
      return entry.equals(MemorySegment.NULL)
          ? Optional.empty()
          : Optional.of(of(name, entry.reinterpret(GID_OFFSET + Integer.BYTES)));
    } catch (Throwable e) {
      throw new IllegalStateException("a call into the C library failed", e);
    }
  }

  private static UserAccount of(String name, MemorySegment entry) {
    return new UserAccount(name, entry.get(JAVA_INT, UID_OFFSET), entry.get(JAVA_INT, GID_OFFSET));
  }

  /** True for root, by whatever name. */
  public boolean isRoot() {
    return uid == 0;
  }
}
