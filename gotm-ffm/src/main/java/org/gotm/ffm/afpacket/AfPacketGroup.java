package org.gotm.ffm.afpacket;

import java.util.ArrayList;
import java.util.List;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;

/** Spreads the packets of one interface over several sources, flow by flow. */
public final class AfPacketGroup {
  /** Sources that one group can have. */
  public static final int MAX_WORKERS = 256;

  private AfPacketGroup() {}

  /**
   * Opens a source for each worker. All packets of a flow, in both directions, come to the same
   * one. No packet is taken before all sources are there. What the interface itself drops is
   * counted by the first.
   *
   * @param options of each source; every one of them has a ring of its own
   * @param workers from 1 to {@link #MAX_WORKERS}
   * @return the sources, each to be polled by a thread of its own and closed by the caller
   * @throws PacketSourceException if one of them cannot be opened; none is then
   */
  public static List<PacketSource> open(AfPacketOptions options, int workers) {
    if (workers < 1 || workers > MAX_WORKERS) {
      throw new IllegalArgumentException(
          "workers=%d: must be 1 to %d".formatted(workers, MAX_WORKERS));
    }
    if (workers == 1) {
      return List.of(AfPacketSource.open(options));
    }
    FanoutGroup group = new FanoutGroup();
    List<AfPacketSource> sources = new ArrayList<>();
    try {
      for (int i = 0; i < workers; i++) {
        sources.add(new AfPacketSource(options, group, i == 0));
      }
      sources.forEach(AfPacketSource::admit);
    } catch (RuntimeException e) {
      sources.forEach(PacketSource::close);
      throw e;
    }
    return List.copyOf(sources);
  }
}
