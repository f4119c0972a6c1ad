package org.gotm.ffm.linux;

import static org.gotm.ffm.linux.generated.linux_h.IFF_LOOPBACK;
import static org.gotm.ffm.linux.generated.linux_h.IFF_UP;

import org.gotm.core.source.PacketSourceException;

/**
 * Knows the interface that a source captures from, and what becomes of it: it may go down, get
 * another name, or be removed and come back under its name. One thread.
 *
 * <p>It goes by the index, so an interface that was renamed is still the same. One that comes back
 * may have its old index, though to a socket that was bound to it, it is another: so the socket is
 * asked too.
 */
public final class InterfaceWatch implements AutoCloseable {
  /** What can be the matter with an interface. */
  public enum State {
    /** It works. */
    UP,
    /** It was taken down and can come up again. */
    DOWN,
    /** It is not the one any more that the socket was bound to, or does not exist. */
    GONE
  }

  private final InterfaceQuery query = new InterfaceQuery();
  private final String name;
  private int index;

  private InterfaceWatch(String name, int index) {
    this.name = name;
    this.index = index;
  }

  /**
   * Watches an interface.
   *
   * @param name as a user gave it, or {@code any}
   * @throws PacketSourceException if there is no such interface or it is not up
   */
  public static InterfaceWatch of(String name) {
    InterfaceWatch watch = new InterfaceWatch(name, 0);
    try {
      watch.find();
      return watch;
    } catch (PacketSourceException e) {
      watch.close();
      throw e;
    }
  }

  /**
   * Watches what somebody else has found, by whatever rules.
   *
   * @param name of an interface; anything else is taken to be always up
   */
  public static InterfaceWatch ofAnything(String name) {
    InterfaceWatch watch = new InterfaceWatch(name, 0);
    watch.follow(watch.indexNow());
    return watch;
  }

  /**
   * The own name of an interface, for those who know no alternative ones: libpcap, and the folders
   * of {@code /sys}. What is no interface keeps its name.
   */
  public static String ownName(String name) {
    try (InterfaceQuery query = new InterfaceQuery()) {
      String own = query.ownName(name);
      return own == null ? name : own;
    }
  }

  private void find() {
    int found = indexNow();
    if (found < 0) {
      throw new PacketSourceException(
          "interface=%s: no such interface; choose one of %s, %s"
              .formatted(name, String.join(", ", InterfaceQuery.names()), CaptureMode.ANY));
    }
    if (!isThere()) {
      throw new PacketSourceException(
          "interface=%s: it is down; run: ip link set %s up".formatted(name, name));
    }
    follow(found);
  }

  private boolean isAny() {
    return name.equals(CaptureMode.ANY);
  }

  /** The index that the name has now: 0 for all interfaces, below 0 if there is none. */
  public int indexNow() {
    return isAny() ? 0 : query.index(name);
  }

  /**
   * From now on the interface is this one.
   *
   * @param newIndex what {@link #indexNow} answered when the socket was bound
   */
  public void follow(int newIndex) {
    index = newIndex;
  }

  /** True if the interface that has the name now is up, be it another than the one watched. */
  public boolean isThere() {
    return isAny() || isUp(name);
  }

  /** True if it is loopback, or loopback is among all interfaces. */
  public boolean seesLoopback() {
    return isAny() || isLoopback();
  }

  /** True if it is loopback alone. */
  public boolean isLoopback() {
    int flags = query.flags(name);
    return flags >= 0 && (flags & IFF_LOOPBACK()) != 0;
  }

  /**
   * How packets are taken of the interface that has the name now.
   *
   * @throws PacketSourceException if it is of an unknown kind
   */
  public CaptureMode mode() {
    return isAny() ? CaptureMode.COOKED : CaptureMode.of(name, query.hardwareType(name));
  }

  /**
   * Looks at the interface now.
   *
   * @param socket that is bound to it
   */
  public State state(PacketSocket socket) {
    if (index <= 0) {
      return State.UP;
    }
    String current = currentName();
    if (current == null || !socket.isBound()) {
      return State.GONE;
    }
    return isUp(current) ? State.UP : State.DOWN;
  }

  /** The name that it has now, or null if it is gone. */
  public String currentName() {
    return index <= 0 ? name : query.name(index);
  }

  /** True if what it was asked for is still one of its names: it may have alternative ones. */
  public boolean hasItsName() {
    return index <= 0 || indexNow() == index;
  }

  private boolean isUp(String current) {
    int flags = query.flags(current);
    return flags >= 0 && (flags & IFF_UP()) != 0;
  }

  @Override
  public void close() {
    query.close();
  }
}
