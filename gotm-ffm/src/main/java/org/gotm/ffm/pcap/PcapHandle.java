package org.gotm.ffm.pcap;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.linux.InterfaceWatch;
import org.gotm.ffm.pcap.generated.bpf_program;
import org.gotm.ffm.pcap.generated.pcap_h;
import org.gotm.ffm.pcap.generated.pcap_stat;

/**
 * An open {@code pcap_t}. Thread rule: one thread at a time, but {@link #breakLoop} from any thread
 * while the handle is open.
 */
final class PcapHandle implements AutoCloseable {
  /** Answer of {@link #dispatch} when it was broken off. */
  static final int BROKEN_OFF = pcap_h.PCAP_ERROR_BREAK();

  /** How long the kernel may hold packets back to fill a block; also a blocking read's timeout. */
  static final int TIMEOUT_MILLIS = 50;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment stat = arena.allocate(pcap_stat.layout());
  private final MemorySegment pcap;
  private String warning;
  private boolean closed;

  private PcapHandle(MemorySegment pcap) {
    this.pcap = pcap;
  }

  /**
   * Starts a live capture; the filter is in place when this returns.
   *
   * @throws PacketSourceException if it cannot be, with one line that says what to do
   */
  static PcapHandle activate(String device, PcapOptions options) {
    PcapLibrary.load();
    try (Arena call = Arena.ofConfined()) {
      MemorySegment errors = call.allocate(pcap_h.PCAP_ERRBUF_SIZE());
      MemorySegment pcap =
          pcap_h.pcap_create(call.allocateFrom(InterfaceWatch.ownName(device)), errors);
      if (MemorySegment.NULL.equals(pcap)) {
        throw new PacketSourceException(
            "interface=%s: cannot be opened: %s".formatted(device, errors.getString(0)));
      }
      PcapHandle handle = new PcapHandle(pcap);
      try {
        handle.activateWith(device, options);
        return handle;
      } catch (RuntimeException e) {
        handle.close();
        throw e;
      }
    }
  }

  private void activateWith(String device, PcapOptions options) {
    boolean isAny = device.equals("any");
    pcap_h.pcap_set_snaplen(pcap, options.snaplen());
    pcap_h.pcap_set_promisc(pcap, options.promiscuous() && !isAny ? 1 : 0);
    pcap_h.pcap_set_buffer_size(pcap, options.bufferLength());
    pcap_h.pcap_set_timeout(pcap, TIMEOUT_MILLIS);
    pcap_h.pcap_set_tstamp_precision(pcap, pcap_h.PCAP_TSTAMP_PRECISION_NANO());
    int status = pcap_h.pcap_activate(pcap);
    if (status < 0) {
      throw ActivationError.of(device, status, error());
    }
    warning = status > 0 ? ActivationError.words(status, error()) : null;
    if (offers(pcap_h.DLT_LINUX_SLL2())) {
      pcap_h.pcap_set_datalink(pcap, pcap_h.DLT_LINUX_SLL2());
    }
    setFilter(options.filter());
  }

  /**
   * Opens a capture file.
   *
   * @param name of the file, as libpcap takes it
   * @throws PacketSourceException if it cannot be opened or is no capture file
   */
  static PcapHandle openFile(String name, String filter) {
    PcapLibrary.load();
    try (Arena call = Arena.ofConfined()) {
      MemorySegment errors = call.allocate(pcap_h.PCAP_ERRBUF_SIZE());
      MemorySegment pcap =
          pcap_h.pcap_open_offline_with_tstamp_precision(
              call.allocateFrom(name), pcap_h.PCAP_TSTAMP_PRECISION_NANO(), errors);
      if (MemorySegment.NULL.equals(pcap)) {
        throw new PacketSourceException(fileError(name, errors.getString(0)));
      }
      PcapHandle handle = new PcapHandle(pcap);
      try {
        handle.setFilter(filter);
        return handle;
      } catch (RuntimeException e) {
        handle.close();
        throw e;
      }
    }
  }

  private static String fileError(String name, String words) {
    return words.startsWith(name) ? words : name + ": " + words;
  }

  private boolean offers(int dlt) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment list = call.allocate(ADDRESS);
      int count = pcap_h.pcap_list_datalinks(pcap, list);
      if (count <= 0) {
        return false;
      }
      MemorySegment dlts = list.get(ADDRESS, 0).reinterpret((long) count * Integer.BYTES);
      boolean found = false;
      for (int i = 0; i < count; i++) {
        found |= dlts.getAtIndex(JAVA_INT, i) == dlt;
      }
      pcap_h.pcap_free_datalinks(dlts);
      return found;
    }
  }

  private void setFilter(String expression) {
    if (FilterExpression.isEverything(expression)) {
      return;
    }
    try (Arena call = Arena.ofConfined()) {
      MemorySegment program = call.allocate(bpf_program.layout());
      FilterExpression.compile(pcap, expression, program);
      int set = pcap_h.pcap_setfilter(pcap, program);
      pcap_h.pcap_freecode(program);
      if (set != 0) {
        throw new PacketSourceException(
            "filter=\"%s\": cannot be set: %s".formatted(expression, error()));
      }
    }
  }

  /** See pcap_dispatch(3). */
  int dispatch(int count, MemorySegment callback) {
    return pcap_h.pcap_dispatch(pcap, count, callback, MemorySegment.NULL);
  }

  /** Ends a dispatch that runs, or the next one. Any thread. */
  void breakLoop() {
    pcap_h.pcap_breakloop(pcap);
  }

  /**
   * The descriptor to poll, with reads made non-blocking; or -1 where there is none to poll, and
   * reads block for the timeout.
   */
  int selectableFd() {
    int fd = pcap_h.pcap_get_selectable_fd(pcap);
    if (fd >= 0) {
      try (Arena call = Arena.ofConfined()) {
        MemorySegment errors = call.allocate(pcap_h.PCAP_ERRBUF_SIZE());
        if (pcap_h.pcap_setnonblock(pcap, 1, errors) != 0) {
          throw new PacketSourceException("reads cannot be non-blocking: " + errors.getString(0));
        }
      }
    }
    return fd;
  }

  /** The DLT_ value of the packets. */
  int dlt() {
    return pcap_h.pcap_datalink(pcap);
  }

  /** Nanoseconds in one unit of the time stamps' fraction. */
  int nanosPerUnit() {
    return pcap_h.pcap_get_tstamp_precision(pcap) == pcap_h.PCAP_TSTAMP_PRECISION_NANO() ? 1 : 1000;
  }

  /** Adds what has been counted since the last call. */
  void readStats(PcapCounters counters) {
    if (pcap_h.pcap_stats(pcap, stat) == 0) {
      counters.update(stat);
    }
  }

  /** libpcap's words for the last error. */
  String error() {
    return pcap_h.pcap_geterr(pcap).getString(0);
  }

  /** What libpcap warned of when the capture started, or null. */
  String warning() {
    return warning;
  }

  /** Frees the handle; harmless when called twice. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      pcap_h.pcap_close(pcap);
      arena.close();
    }
  }
}
