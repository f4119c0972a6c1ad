package org.gotm.app.daemon;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.afpacket.AfPacketGroup;
import org.gotm.ffm.afpacket.AfPacketOptions;
import org.gotm.ffm.afpacket.FilterCompiler;
import org.gotm.ffm.afpacket.Offloads;
import org.gotm.ffm.pcap.FilteredSource;
import org.gotm.ffm.pcap.PcapOptions;
import org.gotm.ffm.pcap.PcapSource;
import org.gotm.ffm.snf.SnfInterfaces;
import org.gotm.ffm.snf.SnfOptions;
import org.gotm.ffm.snf.SnfSource;

/** Opens the sources of all workers on all interfaces, by the method that fits. */
public final class LiveSources {
  private static final int PAGE = 4096;
  private static final long DEFAULT_PCAP_BUFFER = 64 << 20;

  private LiveSources() {}

  /** One source a worker, the workers of an interface behind each other; all or none are opened. */
  static List<PacketSource> open(
      Settings settings, Map<String, String> environment, Consumer<String> log) {
    List<PacketSource> sources = new ArrayList<>();
    try {
      for (String name : settings.source().interfaces()) {
        sources.addAll(open(name, settings.source()));
        warnOfOffloads(name, log);
      }
      return sources;
    } catch (RuntimeException e) {
      sources.forEach(PacketSource::close);
      throw e;
    }
  }

  private static List<PacketSource> open(String name, Settings.Source settings) {
    CaptureMethod method = settings.method();
    if (method == CaptureMethod.AUTO) {
      method = methodFor(name);
    }
    return switch (method) {
      case SNF -> snf(name, settings);
      case PCAP -> pcap(name, settings);
      default -> afPacket(name, settings);
    };
  }

  private static void warnOfOffloads(String name, Consumer<String> log) {
    if (!name.equals("lo") && Offloads.of(name).joinPackets()) {
      log.accept(
          "if=%s joins packets before they are captured; for frames as on the wire: %s"
              .formatted(name, Offloads.remedy(name)));
    }
  }

  private static CaptureMethod methodFor(String name) {
    if (SnfInterfaces.owns(name)) {
      return CaptureMethod.SNF;
    }
    boolean isLinux = System.getProperty("os.name").equals("Linux");
    return isLinux ? CaptureMethod.AFPACKET : CaptureMethod.PCAP;
  }

  private static List<PacketSource> afPacket(String name, Settings.Source settings) {
    long bufferBytes = settings.bufferBytes().orElse(AfPacketOptions.DEFAULT_BUFFER_BYTES);
    long blockBytes = Math.min(settings.blockBytes(), bufferBytes / 2) / PAGE * PAGE;
    AfPacketOptions options =
        AfPacketOptions.of(name)
            .withBuffer(bufferBytes, (int) blockBytes)
            .withSnaplen(settings.snaplen())
            .withFilter(FilterCompiler.compile(settings.filter(), name));
    return AfPacketGroup.open(options, settings.workers());
  }

  /** SNF has no filter of its own, so packets are filtered as they come. */
  private static List<PacketSource> snf(String name, Settings.Source settings) {
    SnfOptions options = SnfOptions.of(name).withRings(settings.workers());
    if (settings.bufferBytes().isPresent()) {
      options = options.withDataRingBytes(settings.bufferBytes().get());
    }
    if (settings.snf().flags().isPresent()) {
      options = options.withFlags(settings.snf().flags().get());
    }
    if (settings.snf().rssFlags().isPresent()) {
      options = options.withRssFlags(settings.snf().rssFlags().get());
    }
    if (settings.snf().appId().isPresent()) {
      options = options.withAppId(settings.snf().appId().get());
    }
    String filter = FilterCompiler.isEverything(settings.filter()) ? "" : settings.filter();
    List<PacketSource> sources = new ArrayList<>(SnfSource.openRings(options));
    sources.replaceAll(source -> FilteredSource.of(source, filter));
    return sources;
  }

  /** Libpcap cannot divide an interface among threads, except where SNF does that underneath. */
  private static List<PacketSource> pcap(String name, Settings.Source settings) {
    if (settings.workers() > 1 && System.getenv("SNF_NUM_RINGS") == null) {
      throw new PacketSourceException(
          "workers=%d: libpcap would give each of them every packet; use -capture afpacket or -workers 1"
              .formatted(settings.workers()));
    }
    int bufferBytes =
        (int) Math.min(settings.bufferBytes().orElse(DEFAULT_PCAP_BUFFER), Integer.MAX_VALUE);
    PcapOptions options = new PcapOptions(settings.snaplen(), bufferBytes, true, settings.filter());
    List<PacketSource> sources = new ArrayList<>();
    for (int worker = 0; worker < settings.workers(); worker++) {
      sources.add(PcapSource.open(name, options));
    }
    return sources;
  }

  /** A line for each interface of this machine: name, state, addresses. */
  public static List<String> describeInterfaces() {
    try {
      return NetworkInterface.networkInterfaces()
          .sorted(Comparator.comparingInt(NetworkInterface::getIndex))
          .map(LiveSources::describe)
          .toList();
    } catch (SocketException e) {
      throw new StartException("list-interfaces: " + e.getMessage(), e);
    }
  }

  private static String describe(NetworkInterface network) {
    try {
      String addresses =
          network
              .inetAddresses()
              .map(address -> address.getHostAddress().replaceAll("%.*", ""))
              .collect(Collectors.joining(" "));
      return "%-15s %-4s mtu=%d %s"
          .formatted(network.getName(), network.isUp() ? "up" : "down", network.getMTU(), addresses)
          .strip();
    } catch (SocketException e) {
      return network.getName() + " " + e.getMessage();
    }
  }
}
