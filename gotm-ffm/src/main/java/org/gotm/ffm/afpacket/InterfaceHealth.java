package org.gotm.ffm.afpacket;

import org.gotm.ffm.linux.InterfaceWatch;
import org.gotm.ffm.linux.PacketSocket;

/**
 * What is the matter with the interface of a source, in words, and whether another of its name is
 * there to go on with. One thread, but {@link #error} from any.
 */
final class InterfaceHealth {
  private static final long LOOK_NANOS = 500_000_000;

  private final InterfaceWatch watch;
  private final String name;
  private long lookNanos;
  private boolean hasSuccessor;
  private volatile String error;

  InterfaceHealth(InterfaceWatch watch, String name) {
    this.watch = watch;
    this.name = name;
  }

  /** True if the last look was half a second ago. */
  boolean isDue() {
    return System.nanoTime() - lookNanos > LOOK_NANOS;
  }

  /** Looks at the interface that a socket is bound to. */
  void look(PacketSocket socket) {
    lookNanos = System.nanoTime();
    error =
        switch (watch.state(socket)) {
          case UP -> errorOfName();
          case DOWN -> "interface %s is down".formatted(name);
          case GONE -> lookForSuccessor();
        };
  }

  private String errorOfName() {
    return watch.hasItsName()
        ? null
        : "interface %s is called %s now; still capturing from it"
            .formatted(name, watch.currentName());
  }

  private String lookForSuccessor() {
    if (watch.indexNow() < 0) {
      return "interface %s was removed".formatted(name);
    }
    if (!watch.isThere()) {
      return "interface %s was removed, its successor is down".formatted(name);
    }
    hasSuccessor = true;
    return "interface %s was removed, changing over to its successor".formatted(name);
  }

  /** True if a look has found that the interface is gone and one of its name is up. */
  boolean hasSuccessor() {
    return hasSuccessor;
  }

  /** The source goes on with the successor, and looks at it. */
  void changedOver(PacketSocket socket) {
    hasSuccessor = false;
    look(socket);
  }

  /** The source stays with what is gone until a look finds a successor again. */
  void couldNotChangeOver(String reason) {
    hasSuccessor = false;
    error = reason;
  }

  /** What is wrong, or null. Any thread. */
  String error() {
    return error;
  }
}
