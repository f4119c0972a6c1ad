package org.gotm.app.daemon;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.gotm.core.capture.PacketSource;
import org.gotm.ffm.afpacket.AfPacketGroup;
import org.gotm.ffm.afpacket.AfPacketOptions;
import org.gotm.ffm.afpacket.FilterCompiler;
import org.gotm.ffm.pcap.PcapOptions;
import org.gotm.ffm.pcap.PcapSource;

/** Opens the sources of all workers on all interfaces, by the method that fits. */
public final class LiveSources {
  private LiveSources() {}

  /** One source a worker, the workers of an interface behind each other; all or none are opened. */
  static List<PacketSource> open(
      Settings settings, Map<String, String> environment, Consumer<String> log) {
    List<PacketSource> sources = new ArrayList<>();
    try {
      for (String name : settings.interfaces()) {
        sources.addAll(open(name, settings));
      }
      return sources;
    } catch (RuntimeException e) {
      sources.forEach(PacketSource::close);
      throw e;
    }
  }

  private static List<PacketSource> open(String name, Settings settings) {
    return switch (settings.captureMethod()) {
      case AUTO, AFPACKET -> afPacket(name, settings);
      case PCAP -> pcap(name, settings);
      case SNF -> throw new IllegalStateException("capture=snf");
    };
  }

  private static List<PacketSource> afPacket(String name, Settings settings) {
    AfPacketOptions options =
        AfPacketOptions.of(name)
            .withBuffer(settings.bufferBytes(), settings.blockBytes())
            .withSnaplen(settings.snaplen())
            .withFilter(FilterCompiler.compile(settings.filter(), name));
    return AfPacketGroup.open(options, settings.workers());
  }

  /** Libpcap cannot divide an interface among threads, except where SNF does that underneath. */
  private static List<PacketSource> pcap(String name, Settings settings) {
    PcapOptions options =
        new PcapOptions(settings.snaplen(), (int) settings.bufferBytes(), true, settings.filter());
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
