package org.gotm.ffm.pcap;

import java.lang.foreign.Arena;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.core.source.SourceStats;

/** A capture file read by libpcap, one packet to a batch. Hot path. */
final class PcapOfflineSource implements PacketSource {
  private static final int PACKETS_A_POLL = 4096;

  private final String name;
  private final Arena arena = Arena.ofShared();
  private final PcapDispatcher dispatcher = new PcapDispatcher(arena, PcapFileSource.MAX_CAPLEN);
  private final PcapHandle handle;
  private final int linkType;
  private PacketSourceException damage;
  private long received;
  private boolean stopped;
  private boolean closed;

  PcapOfflineSource(String name, PcapHandle handle) {
    this.name = name;
    this.handle = handle;
    linkType = LinkType.fromDlt(handle.dlt());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int linkType() {
    return linkType;
  }

  @Override
  public boolean isLive() {
    return false;
  }

  @Override
  public int poll(BatchHandler handler) {
    if (damage != null) {
      throw damage;
    }
    if (stopped) {
      return END;
    }
    int result;
    try {
      result = dispatcher.dispatch(handle, PACKETS_A_POLL, handler);
    } finally {
      received += dispatcher.packets();
    }
    if (result < 0 && result != PcapHandle.BROKEN_OFF) {
      damage =
          new PacketSourceException(
              "%s: damaged after %d packets: %s".formatted(name, received, handle.error()));
      if (dispatcher.packets() == 0) {
        throw damage;
      }
    }
    return result == 0 ? END : dispatcher.packets();
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public synchronized void wakeup() {
    if (!closed) {
      handle.breakLoop();
    }
  }

  @Override
  public void readStats(SourceStats stats) {
    stats.received = received;
  }

  /** Frees everything; harmless when called twice. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      handle.close();
      arena.close();
    }
  }
}
