package org.gotm.ffm.linux;

import static org.gotm.ffm.linux.generated.linux_h.ETHTOOL_GCHANNELS;
import static org.gotm.ffm.linux.generated.linux_h.ETHTOOL_GRINGPARAM;
import static org.gotm.ffm.linux.generated.linux_h.IFF_RUNNING;
import static org.gotm.ffm.linux.generated.linux_h.IFF_UP;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.gotm.ffm.linux.generated.ethtool_channels;
import org.gotm.ffm.linux.generated.ethtool_ringparam;

/**
 * What the kernel and the driver tell of a network interface that matters for capture. What they do
 * not tell is empty: a virtual interface has neither speed nor rings.
 *
 * @param name the interface, as it was asked for
 * @param isUp true if it was taken up by an administrator
 * @param isRunning true if it is up and has a carrier
 * @param hardwareType ARPHRD_ value, 1 for Ethernet
 * @param mtu largest network packet it sends, in bytes
 * @param speedMbit speed of the link, in Mbit/s
 * @param driver name of the kernel's driver
 * @param ring places for packets in the card's receive ring
 * @param queues receive queues
 * @param offloads what joins packets
 */
public record NetworkInterfaceFacts(
    String name,
    boolean isUp,
    boolean isRunning,
    OptionalInt hardwareType,
    OptionalInt mtu,
    OptionalInt speedMbit,
    Optional<String> driver,
    Optional<Setting> ring,
    Optional<Setting> queues,
    Offloads offloads) {
  private static final Path INTERFACES = Path.of("/sys/class/net");

  /**
   * A number that can be set.
   *
   * @param now what it is
   * @param largest what the card can do
   */
  public record Setting(int now, int largest) {}

  /** Those of an interface, or empty if there is none of this name. Needs no rights. */
  public static Optional<NetworkInterfaceFacts> of(String name) {
    try (InterfaceQuery query = new InterfaceQuery()) {
      return of(name, query);
    }
  }

  private static Optional<NetworkInterfaceFacts> of(String name, InterfaceQuery query) {
    String own = query.ownName(name);
    int flags = own == null ? -1 : query.flags(own);
    if (flags < 0) {
      return Optional.empty();
    }
    return Optional.of(
        new NetworkInterfaceFacts(
            name,
            (flags & IFF_UP()) != 0,
            (flags & IFF_RUNNING()) != 0,
            ifKnown(query.hardwareType(name)),
            ifKnown(query.mtu(name)),
            speed(own),
            driver(own),
            ring(name, query),
            queues(name, query),
            Offloads.of(name, query)));
  }

  /** Those of all interfaces of this network namespace, by their index. Needs no rights. */
  public static List<NetworkInterfaceFacts> all() {
    try (InterfaceQuery query = new InterfaceQuery()) {
      return InterfaceQuery.names().stream()
          .sorted(Comparator.comparingInt(query::index))
          .flatMap(name -> of(name, query).stream())
          .toList();
    }
  }

  private static OptionalInt ifKnown(int answer) {
    return answer < 0 ? OptionalInt.empty() : OptionalInt.of(answer);
  }

  private static OptionalInt speed(String name) {
    try {
      return ifKnown(
          Integer.parseInt(Files.readString(INTERFACES.resolve(name + "/speed")).strip()));
    } catch (IOException | NumberFormatException e) {
      return OptionalInt.empty(); // the kernel fails the read if there is no speed
    }
  }

  private static Optional<String> driver(String name) {
    try {
      Path link = Files.readSymbolicLink(INTERFACES.resolve(name + "/device/driver"));
      return Optional.of(link.getFileName().toString());
    } catch (IOException e) {
      return Optional.empty(); // no device behind it
    }
  }

  private static Optional<Setting> ring(String name, InterfaceQuery query) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment answer = ethtool_ringparam.allocate(call);
      ethtool_ringparam.cmd(answer, ETHTOOL_GRINGPARAM());
      if (query.ethtool(name, answer) < 0) {
        return Optional.empty();
      }
      return ifAny(ethtool_ringparam.rx_pending(answer), ethtool_ringparam.rx_max_pending(answer));
    }
  }

  private static Optional<Setting> queues(String name, InterfaceQuery query) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment answer = ethtool_channels.allocate(call);
      ethtool_channels.cmd(answer, ETHTOOL_GCHANNELS());
      if (query.ethtool(name, answer) < 0) {
        return Optional.empty();
      }
      return ifAny(
          ethtool_channels.combined_count(answer) + ethtool_channels.rx_count(answer),
          ethtool_channels.max_combined(answer) + ethtool_channels.max_rx(answer));
    }
  }

  private static Optional<Setting> ifAny(int now, int largest) {
    return largest == 0 ? Optional.empty() : Optional.of(new Setting(now, largest));
  }
}
