package org.gotm.ffm.afpacket;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.ebpf.BpfException;
import org.gotm.ffm.fanout.FanoutProgram;
import org.gotm.ffm.linux.CaptureMode;

/** Spreads the packets of one interface over several sources, flow by flow. */
public final class AfPacketGroup {
  /** Sources that one group can have. */
  public static final int MAX_WORKERS = 256;

  private static final String INNERMOST_FLOWS =
      "packets are spread by the innermost flow (eBPF), in tunnels and of fragments too";
  private static final String OUTERMOST_FLOWS =
      "packets are spread by the outermost flow (classic BPF): all of a tunnel on one worker,"
          + " later fragments and ICMP errors perhaps not with their flow; %s";

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
    return open(options, workers, TunnelOptions.all(), line -> {});
  }

  /**
   * Opens a source for each worker of a decoder that looks into these tunnels alone.
   *
   * @param options of each source
   * @param workers from 1 to {@link #MAX_WORKERS}
   * @param tunnels the decoder's
   * @param notes takes one line that says how packets are spread, if there are several workers
   * @return the sources, as above
   * @throws PacketSourceException if one of them cannot be opened; none is then
   */
  public static List<PacketSource> open(
      AfPacketOptions options, int workers, TunnelOptions tunnels, Consumer<String> notes) {
    if (workers < 1 || workers > MAX_WORKERS) {
      throw new IllegalArgumentException(
          "workers=%d: must be 1 to %d".formatted(workers, MAX_WORKERS));
    }
    if (workers == 1) {
      return List.of(AfPacketSource.open(options, notes));
    }
    FanoutGroup group = new FanoutGroup(tunnels);
    List<PacketSource> sources = open(options, workers, group, notes);
    notes.accept("if=%s workers=%d: %s".formatted(options.interfaceName(), workers, spread(group)));
    return sources;
  }

  private static List<PacketSource> open(
      AfPacketOptions options, int workers, FanoutGroup group, Consumer<String> notes) {
    List<AfPacketSource> sources = new ArrayList<>();
    try {
      for (int i = 0; i < workers; i++) {
        sources.add(new AfPacketSource(options, group, i == 0, notes));
      }
      sources.forEach(AfPacketSource::admit);
    } catch (RuntimeException e) {
      sources.forEach(PacketSource::close);
      throw e;
    }
    return List.copyOf(sources);
  }

  private static String spread(FanoutGroup group) {
    String obstacle = group.obstacle();
    return obstacle == null ? INNERMOST_FLOWS : OUTERMOST_FLOWS.formatted(obstacle);
  }

  /**
   * How packets would be spread over several workers now, with the rights of this process.
   *
   * @return words that go on after a comma
   */
  public static String spread() {
    try {
      FanoutProgram.load(CaptureMode.ETHERNET, TunnelOptions.all()).close();
      return INNERMOST_FLOWS;
    } catch (BpfException e) {
      return OUTERMOST_FLOWS.formatted(e.getMessage());
    }
  }
}
