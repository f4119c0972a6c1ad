package org.gotm.store.query;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.gotm.store.index.Granule;
import org.gotm.store.index.Sidecar;
import org.gotm.store.terms.Terms;

/**
 * In which granules of a capture file answers may be, by its sidecar: never fewer than where they
 * are. One thread.
 */
final class IndexLookup {
  private static final int IPV6_NETWORK_BITS = 48;
  private static final long BELOW_NETWORK = (1L << Long.SIZE - IPV6_NETWORK_BITS) - 1;

  private final Sidecar sidecar;

  IndexLookup(Sidecar sidecar) {
    this.sidecar = sidecar;
  }

  /** The granules to look into. */
  BitSet find(Condition condition, TimeRange range) throws IOException {
    BitSet found = find(condition);
    for (int i = found.nextSetBit(0); i >= 0; i = found.nextSetBit(i + 1)) {
      Granule granule = sidecar.granule(i);
      if (!range.overlaps(granule.firstNanos(), granule.lastNanos())) {
        found.clear(i);
      }
    }
    return found;
  }

  private BitSet find(Condition condition) throws IOException {
    return switch (condition) {
      case Condition.And and -> all(and);
      case Condition.Or or -> {
        BitSet either = find(or.first());
        either.or(find(or.second()));
        yield either;
      }
      case Condition.Network network -> network(network.prefix());
      case Condition.Port port -> port(port);
      case Condition.Protocol protocol -> protocol(protocol);
      case Condition.EtherType type -> sidecar.find(Terms.Range.of(Terms.etherType(type.type())));
      case Condition.EtherHost host -> sidecar.find(Terms.Range.of(Terms.mac(host.address())));
      case Condition.Tagged tagged -> sidecar.find(tagged(tagged));
      case Condition.Not not -> all();
      case Condition.All all -> all();
      case Condition.Time time -> all();
      case Condition.Community community -> all();
      case Condition.Bpf bpf -> all();
    };
  }

  private BitSet all(Condition.And and) throws IOException {
    List<Condition> conditions = new ArrayList<>();
    addAll(and, conditions);
    FlowEnds ends = FlowEnds.of(conditions);
    BitSet found = ends == null ? all() : flow(ends);
    for (Condition condition : conditions) {
      if (!found.isEmpty()) {
        found.and(find(condition));
      }
    }
    return found;
  }

  private static void addAll(Condition condition, List<Condition> to) {
    if (condition instanceof Condition.And(Condition first, Condition second)) {
      addAll(first, to);
      addAll(second, to);
    } else {
      to.add(condition);
    }
  }

  /** Where a flow may be, or packets with several IP headers. */
  private BitSet flow(FlowEnds ends) throws IOException {
    BitSet found = sidecar.find(Terms.Range.of(Terms.LAYERED));
    for (int protocol : ends.protocols()) {
      for (long flow : ends.flows()) {
        BitSet both = sidecar.find(Terms.Range.of(Terms.port(ends.port(), protocol, flow)));
        both.and(sidecar.find(Terms.Range.of(Terms.port(ends.otherPort(), protocol, flow))));
        found.or(both);
      }
    }
    return found;
  }

  private BitSet all() {
    BitSet all = new BitSet();
    all.set(0, sidecar.granules());
    return all;
  }

  private BitSet network(Prefix prefix) throws IOException {
    if (prefix.isIpv4()) {
      return sidecar.find(
          new Terms.Range(
              Terms.ipv4(prefix.high()), Terms.ipv4(prefix.high() | ~prefix.highMask())));
    }
    if (prefix.isSingle()) {
      return sidecar.find(Terms.Range.of(Terms.ipv6Host(prefix.high(), prefix.low())));
    }
    long last = prefix.high() | ~prefix.highMask() | BELOW_NETWORK;
    return sidecar.find(new Terms.Range(Terms.ipv6Network(prefix.high()), Terms.ipv6Network(last)));
  }

  private BitSet port(Condition.Port port) throws IOException {
    boolean isOne = port.protocol() != Condition.ANY && port.from() == port.to();
    return sidecar.find(
        isOne ? Terms.port(port.from(), port.protocol()) : Terms.ports(port.from(), port.to()));
  }

  private BitSet protocol(Condition.Protocol protocol) throws IOException {
    if (protocol.version() == Condition.ANY) {
      BitSet either = protocol(new Condition.Protocol(4, protocol.protocol()));
      either.or(protocol(new Condition.Protocol(6, protocol.protocol())));
      return either;
    }
    return sidecar.find(
        protocol.protocol() == Condition.ANY
            ? Terms.protocols(protocol.version())
            : Terms.Range.of(Terms.protocol(protocol.version(), protocol.protocol())));
  }

  private static Terms.Range tagged(Condition.Tagged tagged) {
    int value = tagged.value();
    boolean isAny = value == Condition.ANY;
    return switch (tagged.tag()) {
      case VLAN -> isAny ? Terms.vlans() : Terms.Range.of(Terms.vlan(value));
      case LABEL -> isAny ? Terms.labels() : Terms.Range.of(Terms.label(value));
      case VNI -> isAny ? Terms.vnis() : Terms.Range.of(Terms.vni(value));
    };
  }
}
