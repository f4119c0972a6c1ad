package org.gotm.app.daemon;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.CaptureInterface;
import org.gotm.ffm.InterfaceSources;
import org.gotm.ffm.Sources;
import org.gotm.ffm.kernelcut.KernelCutOptions;
import org.gotm.ffm.linux.InterfaceWatch;
import org.gotm.ffm.snf.SnfOptions;

/** Opens the sources of all workers on all interfaces, as the settings say. */
public final class LiveSources {
  private LiveSources() {}

  /**
   * One source a worker, the workers of an interface behind each other; all or none are opened.
   *
   * @param cut how the workers' flows are cut in the kernel
   */
  static List<PacketSource> open(
      Settings.Source settings, KernelCutOptions cut, Consumer<String> log) {
    InterfaceSources sources =
        Sources.of(settings.interfaces().toArray(String[]::new))
            .method(settings.method())
            .workers(settings.workers())
            .filter(settings.filter())
            .snaplen(settings.snaplen())
            .tunnels(cut.key().tunnels())
            .kernelCut(cut)
            .snf(options -> withSettings(options, settings.snf()))
            .warnings(log);
    settings.bufferBytes().ifPresent(sources::bufferBytes);
    settings.blockBytes().ifPresent(sources::blockBytes);
    return sources.open();
  }

  private static SnfOptions withSettings(SnfOptions options, Settings.Snf settings) {
    return options
        .withFlags(settings.flags().orElse(options.flags()))
        .withRssFlags(settings.rssFlags().orElse(options.rssFlags()))
        .withAppId(settings.appId().orElse(options.appId()));
  }

  /** Those of the interfaces that are not there, or not up. */
  static List<String> missing(List<String> interfaces) {
    return interfaces.stream().filter(name -> !isThere(name)).toList();
  }

  private static boolean isThere(String name) {
    try {
      InterfaceWatch.of(name).close();
      return true;
    } catch (PacketSourceException e) {
      return false; // its message would be that of the start, which says it again
    }
  }

  /** A line for each interface of this machine: name, state, how to capture from it, addresses. */
  public static List<String> describeInterfaces() {
    return Sources.interfaces().stream().map(LiveSources::describe).toList();
  }

  private static String describe(CaptureInterface network) {
    List<String> words = new ArrayList<>();
    network.mtu().ifPresent(mtu -> words.add("mtu=" + mtu));
    if (network.isUp()) {
      words.add(network.isRunning() ? "running" : "no carrier");
    }
    String method = network.method().name().toLowerCase(Locale.ROOT);
    words.add("capture=" + network.obstacle().map(reason -> "no (" + reason + ")").orElse(method));
    words.addAll(network.addresses());
    return "%-15s %-4s %s"
        .formatted(network.name(), network.isUp() ? "up" : "down", String.join(" ", words));
  }
}
