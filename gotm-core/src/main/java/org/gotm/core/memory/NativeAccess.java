package org.gotm.core.memory;

import java.lang.foreign.MemorySegment;

/**
 * Whether this program may read native memory: a JVM may be told to refuse that to all code that
 * was not named at its start.
 */
public final class NativeAccess {
  private NativeAccess() {}

  /**
   * Makes sure of it, before {@link NativeMemory} is touched, whose class could not be made.
   *
   * @throws IllegalStateException if it is refused, naming the option that is missing
   */
  public static void require() {
    try {
      MemorySegment.NULL.reinterpret(1);
    } catch (IllegalCallerException e) {
      Module module = NativeAccess.class.getModule();
      throw new IllegalStateException(
          "gotm reads packets in native memory, which this JVM refuses: start it with --enable-native-access="
              + (module.isNamed() ? module.getName() : "ALL-UNNAMED"),
          e);
    }
  }
}
