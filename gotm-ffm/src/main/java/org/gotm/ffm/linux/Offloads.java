package org.gotm.ffm.linux;

import static org.gotm.ffm.linux.generated.linux_h.ETHTOOL_GFLAGS;
import static org.gotm.ffm.linux.generated.linux_h.ETHTOOL_GGRO;
import static org.gotm.ffm.linux.generated.linux_h.ETHTOOL_GGSO;
import static org.gotm.ffm.linux.generated.linux_h.ETHTOOL_GTSO;
import static org.gotm.ffm.linux.generated.linux_h.ETH_FLAG_LRO;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.gotm.ffm.linux.generated.ethtool_value;

/**
 * Whether an interface makes one large packet of several, on receiving (GRO, LRO) or before it
 * sends (GSO, TSO): a capture then shows packets that were never on the wire. A fact is empty if
 * the driver does not tell.
 *
 * @param gro generic receive offload
 * @param lro large receive offload
 * @param tso TCP segmentation offload
 * @param gso generic segmentation offload
 */
public record Offloads(
    Optional<Boolean> gro, Optional<Boolean> lro, Optional<Boolean> tso, Optional<Boolean> gso) {

  /** Those of an interface now; all empty if there is no such interface. Needs no rights. */
  public static Offloads of(String interfaceName) {
    try (InterfaceQuery query = new InterfaceQuery()) {
      return of(interfaceName, query);
    }
  }

  static Offloads of(String interfaceName, InterfaceQuery query) {
    OptionalInt flags = ask(interfaceName, query, ETHTOOL_GFLAGS());
    return new Offloads(
        isSet(ask(interfaceName, query, ETHTOOL_GGRO())),
        flags.isEmpty() ? Optional.empty() : Optional.of((flags.getAsInt() & ETH_FLAG_LRO()) != 0),
        isSet(ask(interfaceName, query, ETHTOOL_GTSO())),
        isSet(ask(interfaceName, query, ETHTOOL_GGSO())));
  }

  private static OptionalInt ask(String interfaceName, InterfaceQuery query, int command) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment value = ethtool_value.allocate(call);
      ethtool_value.cmd(value, command);
      return query.ethtool(interfaceName, value) < 0
          ? OptionalInt.empty()
          : OptionalInt.of(ethtool_value.data(value));
    }
  }

  private static Optional<Boolean> isSet(OptionalInt value) {
    return value.isEmpty() ? Optional.empty() : Optional.of(value.getAsInt() != 0);
  }

  /** True if the interface is known to join packets in one way or another. */
  public boolean joinPackets() {
    return Stream.of(gro, lro, tso, gso).anyMatch(offload -> offload.orElse(false));
  }

  /** The command that makes an interface stop joining packets. */
  public static String remedy(String interfaceName) {
    return "ethtool -K %s gro off lro off tso off gso off".formatted(interfaceName);
  }
}
