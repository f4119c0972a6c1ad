package org.gotm.ffm.pcap;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.gotm.core.packet.LinkType;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.core.source.SourceStats;
import org.gotm.ffm.linux.EventFd;
import org.gotm.ffm.linux.InterfaceWatch;

/**
 * Live capture through libpcap. Packets are handed over where the kernel put them, one to a batch.
 *
 * <p>An interface that goes down is waited for. One that is removed is opened again when there is
 * one of its name; {@link #error} says so meanwhile, and statistics go on from where they were.
 */
public final class PcapSource implements PacketSource {
  private static final int WAIT_MILLIS = 100;
  private static final long LOOK_NANOS = 500_000_000;

  private final String device;
  private final PcapOptions options;
  private final Arena arena = Arena.ofShared();
  private final PcapCounters counters = new PcapCounters();
  private final PcapDispatcher dispatcher;
  private final EventFd event;
  private final InterfaceWatch watch;
  private final int linkType;
  private final String warning;
  private long lookNanos;
  private boolean stopped;
  private boolean ended;
  private boolean closed;
  private volatile PcapCapture capture;
  private volatile String error;

  private PcapSource(String device, PcapOptions options, PcapHandle handle) {
    this.device = device;
    this.options = options;
    linkType = LinkType.fromDlt(handle.dlt());
    warning = handle.warning();
    dispatcher = new PcapDispatcher(arena, options.snaplen());
    event = new EventFd();
    watch = InterfaceWatch.ofAnything(device);
    begin(handle);
  }

  /**
   * Starts to capture.
   *
   * @param device name of an interface, or {@code any} for all of them
   * @throws FilterException if the filter cannot be compiled
   * @throws PacketSourceException if it cannot be captured from; the message says what to do
   */
  public static PcapSource open(String device, PcapOptions options) {
    PcapHandle handle = PcapHandle.activate(device, options);
    try {
      return new PcapSource(device, options, handle);
    } catch (RuntimeException e) {
      handle.close();
      throw e;
    }
  }

  /**
   * Opens a capture file of any kind that libpcap reads, pcapng above all. Packets before a damage
   * are handed over; it is then reported with the number of packets read.
   *
   * @param file can be a pipe, such as {@code /proc/self/fd/0}
   * @param filter libpcap filter expression, empty for every packet
   * @throws FilterException if the filter cannot be compiled
   * @throws PacketSourceException if the file cannot be opened or is no capture file
   */
  public static PacketSource openOffline(Path file, String filter) {
    return openOffline(file, file.toString(), filter);
  }

  /**
   * As {@link #openOffline(Path, String)}, for a file that a user knows by another name than its
   * path.
   *
   * @param name of the source, also where it tells of damage
   */
  public static PacketSource openOffline(Path file, String name, String filter) {
    PcapHandle handle = PcapHandle.openFile(file.toString(), filter);
    int dlt = handle.dlt();
    if (dlt >>> Short.SIZE != 0) {
      handle.close();
      throw new PacketSourceException("%s: unknown link type %d".formatted(name, dlt));
    }
    return new PcapOfflineSource(name, handle);
  }

  private void begin(PcapHandle handle) {
    watch.follow(watch.indexNow());
    PcapCapture begun = new PcapCapture(device, handle, dispatcher, counters, event);
    if (watch.isLoopback()) {
      begun.socket().ignoreOutgoing();
    }
    capture = begun;
  }

  /** What libpcap warned of when the capture started, in one line, or null. */
  public String warning() {
    return warning;
  }

  @Override
  public String name() {
    return device;
  }

  @Override
  public int linkType() {
    return linkType;
  }

  @Override
  public boolean isLive() {
    return true;
  }

  @Override
  public int poll(BatchHandler handler) {
    PcapCapture current = capture;
    if (ended || current == null && stopped) {
      return END;
    }
    if (current == null) {
      awaitReturn();
      return 0;
    }
    int packets = current.poll(handler);
    if (current.isDraining()) {
      return packets == 0 && current.isDrained() ? finish(current) : packets;
    }
    if (packets == 0 || System.nanoTime() - lookNanos > LOOK_NANOS) {
      look(current);
    }
    return packets;
  }

  /** Looks how the interface is: when no packets come, and twice a second if they do. */
  private void look(PcapCapture current) {
    lookNanos = System.nanoTime();
    String readError = current.error();
    switch (watch.state(current.socket())) {
      case UP -> {
        if (readError == null) {
          error = null;
        } else {
          giveUp(current, readError);
        }
      }
      case DOWN -> error = message("it is down; run: ip link set %s up".formatted(device));
      case GONE -> giveUp(current, "it was removed; capture goes on when it is back");
    }
  }

  private void giveUp(PcapCapture current, String reason) {
    error = message(reason);
    current.drain();
  }

  private String message(String reason) {
    return "interface=%s: %s".formatted(device, reason);
  }

  private int finish(PcapCapture current) {
    current.readStats();
    counters.endOfHandle();
    capture = null;
    current.close();
    ended = stopped;
    return ended ? END : 0;
  }

  /** Waits a moment for an interface of the name, and captures from it when it is there. */
  private void awaitReturn() {
    event.await(WAIT_MILLIS);
    if (!watch.isThere()) {
      return;
    }
    try {
      beginAgain(PcapHandle.activate(device, options));
    } catch (PacketSourceException e) {
      error = e.getMessage();
    }
  }

  private void beginAgain(PcapHandle handle) {
    try {
      if (LinkType.fromDlt(handle.dlt()) != linkType) {
        throw new PacketSourceException(
            message("it came back with another link type; start again to capture from it"));
      }
      begin(handle);
      error = null;
    } catch (RuntimeException e) {
      handle.close();
      throw e;
    }
  }

  @Override
  public void stop() {
    stopped = true;
    PcapCapture current = capture;
    if (current != null) {
      current.stop();
    }
  }

  @Override
  public void wakeup() {
    PcapCapture current = capture;
    if (current != null) {
      current.wakeup();
    } else {
      event.signal();
    }
  }

  @Override
  public void readStats(SourceStats stats) {
    PcapCapture current = capture;
    if (current != null) {
      current.readStats();
    }
    counters.fill(stats);
  }

  @Override
  public String error() {
    return error;
  }

  /** Frees everything; harmless when called twice. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    PcapCapture current = capture;
    capture = null;
    if (current != null) {
      current.close();
    }
    watch.close();
    event.close();
    arena.close();
  }
}
