package org.gotm.ffm.afpacket;

import static org.gotm.ffm.linux.generated.linux_h.IFF_LOOPBACK;
import static org.gotm.ffm.linux.generated.linux_h.IFF_UP;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.gotm.core.source.PacketSourceException;

/**
 * Knows the interface that a source captures from, and what becomes of it: it may go down, get
 * another name, or be removed and made anew under the same name but with another index. One thread.
 */
final class InterfaceWatch {
  private static final Path LIST = Path.of("/proc/net/dev");

  private final InterfaceQuery query;
  private final String name;
  private int index;
  private int successor;

  /**
   * Finds an interface.
   *
   * @param name as a user gave it, or {@code any}
   * @throws PacketSourceException if there is no such interface or it is not up
   */
  InterfaceWatch(InterfaceQuery query, String name) {
    this.query = query;
    this.name = name;
    if (isAny()) {
      return;
    }
    index = query.index(name);
    if (index < 0) {
      throw new PacketSourceException(
          "interface=%s: no such interface; choose one of %s, %s"
              .formatted(name, names(), CaptureMode.ANY));
    }
    if (!isUp(name)) {
      throw new PacketSourceException(
          "interface=%s: it is down; run: ip link set %s up".formatted(name, name));
    }
  }

  private static String names() {
    try (var lines = Files.lines(LIST)) {
      return lines
          .filter(line -> line.indexOf(':') > 0)
          .map(line -> line.substring(0, line.indexOf(':')).strip())
          .collect(Collectors.joining(", "));
    } catch (IOException e) {
      return "(%s cannot be read)".formatted(LIST);
    }
  }

  /** True if it stands for all interfaces. */
  private boolean isAny() {
    return name.equals(CaptureMode.ANY);
  }

  /** The index to bind to, that of the successor if there is one; 0 for all interfaces. */
  int indexToBind() {
    return hasSuccessor() ? successor : index;
  }

  /** True if it is loopback, or loopback is among all interfaces. */
  boolean seesLoopback() {
    return isAny() || (query.flags(name) & IFF_LOOPBACK()) != 0;
  }

  /** How its packets are taken. */
  CaptureMode mode() {
    return isAny() ? CaptureMode.COOKED : CaptureMode.of(name, query.hardwareType(name));
  }

  /** How packets of the interface that has the name now would be taken. */
  CaptureMode successorMode() {
    return CaptureMode.of(name, query.hardwareType(name));
  }

  /** Looks at the interface now: what is wrong with it, or null. */
  String trouble() {
    if (isAny()) {
      return null;
    }
    String current = query.name(index);
    if (current == null) {
      return successorTrouble();
    }
    if (!isUp(current)) {
      return "interface %s is down".formatted(name);
    }
    return current.equals(name)
        ? null
        : "interface %s is called %s now; still capturing from it".formatted(name, current);
  }

  private String successorTrouble() {
    int next = query.index(name);
    if (next < 0) {
      return "interface %s was removed".formatted(name);
    }
    if (!isUp(name)) {
      return "interface %s was removed, its successor is down".formatted(name);
    }
    successor = next;
    return "interface %s was removed, changing over to its successor".formatted(name);
  }

  /**
   * True if {@link #trouble} has seen that the interface is gone and another of the same name up.
   */
  boolean hasSuccessor() {
    return successor != 0;
  }

  /** Makes the successor the interface that is watched. */
  void followSuccessor() {
    index = successor;
    successor = 0;
  }

  /** Stays with the interface that is gone, until {@link #trouble} finds a successor again. */
  void forgetSuccessor() {
    successor = 0;
  }

  private boolean isUp(String current) {
    int flags = query.flags(current);
    return flags >= 0 && (flags & IFF_UP()) != 0;
  }
}
