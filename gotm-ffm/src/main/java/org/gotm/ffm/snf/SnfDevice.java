package org.gotm.ffm.snf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.snf.generated.snf_h;
import org.gotm.ffm.snf.generated.snf_ring_qinfo;
import org.gotm.ffm.snf.generated.snf_rss_params;

/**
 * An open port, or several merged ones, and its rings. While it is open the kernel's interface
 * receives nothing; the last ring to be closed closes it, and gives the port back.
 *
 * <p>It is never stopped: {@code snf_stop} would stop the rings of other processes too. Any thread;
 * every call is made under the library's lock.
 */
final class SnfDevice {
  private final SnfLibrary library;
  private final String name;
  private final SnfPort port;
  private final long ringBytes;
  private final Arena arena = Arena.ofShared();
  private final List<MemorySegment> rings = new ArrayList<>();
  private MemorySegment handle;
  private int openRings;

  private SnfDevice(SnfLibrary library, String name, SnfPort port, long ringBytes) {
    this.library = library;
    this.name = name;
    this.port = port;
    this.ringBytes = ringBytes;
  }

  /**
   * Opens a port and its rings, which receive nothing before {@link #start}.
   *
   * @param options resolved by the environment
   * @throws PacketSourceException if it cannot be opened; nothing stays open then
   */
  static SnfDevice open(SnfLibrary library, SnfOptions options, SnfEnvironment environment) {
    SnfLibrary.LOCK.lock();
    try {
      setAppId(library, options);
      SnfPort port = SnfPort.of(options.name(), options.flags(), SnfInterfaces.list(library));
      SnfDevice device =
          new SnfDevice(library, options.name(), port, environment.ringBytes(options));
      device.open(options, environment);
      device.openRings(options, environment);
      return device;
    } finally {
      SnfLibrary.LOCK.unlock();
    }
  }

  private static void setAppId(SnfLibrary library, SnfOptions options) {
    if (options.appId() == -1) {
      return;
    }
    if (!library.has("snf_set_app_id")) {
      throw new PacketSourceException(
          "appId=%d: %s is too old for application ids; install SNFv3"
              .formatted(options.appId(), library.file()));
    }
    int code = snf_h.snf_set_app_id(options.appId());
    if (code != 0) {
      throw SnfFailure.of(options.name(), "snf_set_app_id", code);
    }
  }

  private void open(SnfOptions options, SnfEnvironment environment) {
    MemorySegment out = arena.allocate(ADDRESS);
    int code =
        snf_h.snf_open(
            port.number(),
            options.boardRings(),
            rss(options.rssFlags()),
            options.dataRingBytes(),
            port.flags(),
            out);
    if (code != 0) {
      arena.close();
      throw SnfFailure.open(options, environment, port, code);
    }
    handle = out.get(ADDRESS, 0);
  }

  private MemorySegment rss(int flags) {
    if (flags < 0) {
      return MemorySegment.NULL;
    }
    MemorySegment rss = arena.allocate(snf_rss_params.layout());
    snf_rss_params.mode(rss, snf_h.SNF_RSS_FLAGS());
    snf_rss_params.params.rss_flags(snf_rss_params.params(rss), flags);
    return rss;
  }

  private void openRings(SnfOptions options, SnfEnvironment environment) {
    MemorySegment out = arena.allocate(ADDRESS);
    for (int i = 0; i < options.rings(); i++) {
      int id = options.firstRing() < 0 ? -1 : options.firstRing() + i;
      int code = snf_h.snf_ring_open_id(handle, id, out);
      if (code != 0) {
        PacketSourceException failure = SnfFailure.openRing(options, environment, i, code);
        closeAfter(failure);
        throw failure;
      }
      rings.add(out.get(ADDRESS, 0));
      openRings++;
    }
  }

  /** The open rings, in the order they were opened. */
  List<MemorySegment> rings() {
    return rings;
  }

  /** Memory that lives until the last ring is closed. */
  Arena arena() {
    return arena;
  }

  /** Bytes that a ring can hold, about. */
  long ringBytes() {
    return ringBytes;
  }

  /** True if many packets of a ring can be borrowed; a merged ring knows only the plain way. */
  boolean canLendMany() {
    return library.has("snf_ring_recv_many")
        && library.has("snf_ring_return_many")
        && !port.isMask();
  }

  /** Bytes that wait in a ring, or as many as it can hold if that is not known. Its thread only. */
  long waitingBytes(MemorySegment ring) {
    if (library.has("snf_ring_recv_qinfo")) {
      MemorySegment queue = arena.allocate(snf_ring_qinfo.layout());
      if (snf_h.snf_ring_recv_qinfo(ring, queue) == 0) {
        return snf_ring_qinfo.q_avail(queue);
      }
    }
    return ringBytes;
  }

  /** Lets packets in. */
  void start() {
    SnfLibrary.LOCK.lock();
    try {
      int code = snf_h.snf_start(handle);
      if (code != 0) {
        throw SnfFailure.of(name, "snf_start", code);
      }
    } finally {
      SnfLibrary.LOCK.unlock();
    }
  }

  /**
   * Closes a ring, of which no packet may be touched any more, and with the last one the port.
   *
   * @throws PacketSourceException if the library does not do so
   */
  void closeRing(MemorySegment ring) {
    SnfLibrary.LOCK.lock();
    try {
      String function = "snf_ring_close";
      int code = snf_h.snf_ring_close(ring);
      openRings--;
      if (openRings == 0) {
        int closed = close();
        function = code == 0 ? "snf_close" : function;
        code = code == 0 ? closed : code;
      }
      if (code != 0) {
        throw SnfFailure.of(name, function, code);
      }
    } finally {
      SnfLibrary.LOCK.unlock();
    }
  }

  private int close() {
    int code = snf_h.snf_close(handle);
    handle = null;
    arena.close();
    return code;
  }

  /** Closes all that is open, because of a failure that is about to be thrown. */
  void closeAfter(PacketSourceException failure) {
    if (rings.isEmpty()) {
      close();
    }
    for (MemorySegment ring : rings) {
      try {
        closeRing(ring);
      } catch (PacketSourceException e) {
        failure.addSuppressed(e);
      }
    }
  }

  /** Which port has no link, or null if there is one or the library cannot tell. */
  String error() {
    SnfLibrary.LOCK.lock();
    try (Arena call = Arena.ofConfined()) {
      if (handle == null || !library.has("snf_getportmask_linkup")) {
        return null;
      }
      MemorySegment mask = call.allocate(JAVA_INT);
      if (snf_h.snf_getportmask_linkup(mask, call.allocate(JAVA_INT)) != 0) {
        return null; // the library cannot tell now
      }
      int mine = port.isMask() ? port.number() : 1 << port.number();
      int down = mine & ~mask.get(JAVA_INT, 0);
      return down == 0
          ? null
          : "no link at port %d of SNF".formatted(Integer.numberOfTrailingZeros(down));
    } finally {
      SnfLibrary.LOCK.unlock();
    }
  }

  /** What the clock of the timestamps follows. */
  SnfTimeSource timeSource() {
    SnfLibrary.LOCK.lock();
    try (Arena call = Arena.ofConfined()) {
      if (handle == null || !library.has("snf_get_timesource_state")) {
        return SnfTimeSource.UNKNOWN;
      }
      MemorySegment state = call.allocate(JAVA_INT);
      return snf_h.snf_get_timesource_state(handle, state) == 0
          ? SnfTimeSource.of(state.get(JAVA_INT, 0))
          : SnfTimeSource.UNKNOWN;
    } finally {
      SnfLibrary.LOCK.unlock();
    }
  }
}
