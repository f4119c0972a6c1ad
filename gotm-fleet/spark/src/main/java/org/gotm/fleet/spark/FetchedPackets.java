package org.gotm.fleet.spark;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.IpProtocol;
import org.gotm.core.packet.PacketDecoder;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.source.PacketBatch;

/**
 * How many packets of each flow record came: gotm's own decoder tells between whom a packet goes,
 * and its time tells the record. One thread.
 */
final class FetchedPackets {
  private final Map<String, OfSensor> sensors = new HashMap<>();
  private final Map<FoundFlow, Integer> counts = new IdentityHashMap<>();

  /** None yet of these records, by sensor. */
  FetchedPackets(Map<String, List<FoundFlow>> flows) {
    flows.forEach((sensor, found) -> sensors.put(sensor, new OfSensor(found)));
  }

  /**
   * Counts the packet at hand; those of one sensor come in the order of time.
   *
   * @return false if it is of no flow and came by the way: a message of ICMP, or a fragment
   */
  boolean take(PcapInput packet) {
    return sensors.get(packet.sensor()).take(packet);
  }

  /** How many packets of a record came. */
  int of(FoundFlow flow) {
    return counts.getOrDefault(flow, 0);
  }

  /** Kept packets of a record that did not come, though it was asked for them. */
  long missing(FoundFlow flow) {
    return flow.canBeAskedFor() ? flow.keptPackets() - of(flow) : 0;
  }

  /** Records of a sensor, and what tells its packets apart. */
  private final class OfSensor {
    private final Map<Ends, RecordsInTime> records = new HashMap<>();
    private final FlowKeys keys = new FlowKeys(1, 0);

    /** The packet inside of tunnels; else, as a sensor may leave them closed, the outer one. */
    private final List<PacketDecoder> decoders =
        List.of(
            new PacketDecoder(0, FlowKeyOptions.defaults(), keys),
            new PacketDecoder(
                0, FlowKeyOptions.defaults().withTunnels(TunnelOptions.none()), keys));

    private final PacketBatch batch = new PacketBatch(1);
    private MemorySegment memory = Arena.ofAuto().allocate(1 << 16);

    OfSensor(List<FoundFlow> flows) {
      Map<Ends, List<FoundFlow>> byEnds = new HashMap<>();
      for (FoundFlow flow : flows) {
        if (flow.canBeAskedFor()) {
          byEnds.computeIfAbsent(Ends.of(flow), _ -> new ArrayList<>()).add(flow);
        }
      }
      byEnds.forEach((ends, between) -> records.put(ends, new RecordsInTime(between)));
    }

    boolean take(PcapInput packet) {
      load(packet);
      boolean isByTheWay = false;
      for (PacketDecoder decoder : decoders) {
        decoder.begin(packet.linkType());
        decoder.decode(batch);
        RecordsInTime between = keys.meta(0) == 0 ? null : records.get(Ends.of(keys.key(0)));
        if (between != null) {
          count(between.at(packet.nanos() / 1000, flow -> of(flow) >= flow.keptPackets()));
          return true;
        }
        isByTheWay |= isByTheWay(keys.key(0), keys.control(0));
      }
      return !isByTheWay;
    }

    private void load(PcapInput packet) {
      byte[] record = packet.record();
      int length = record.length - PcapInput.RECORD_HEADER;
      if (length > memory.byteSize()) {
        memory = Arena.ofAuto().allocate(length);
      }
      MemorySegment.copy(record, PcapInput.RECORD_HEADER, memory, ValueLayout.JAVA_BYTE, 0, length);
      batch.clear(memory);
      batch.add(0, length, packet.wireLength(), packet.nanos(), 0);
    }

    /** The conditions of a flow let these through, whose flow they may be. */
    private static boolean isByTheWay(FlowKey key, int control) {
      boolean isLaterFragment =
          IpProtocol.hasPorts(key.protocol()) && key.firstPort() == 0 && key.secondPort() == 0;
      boolean quotes = (control & FlowKeys.QUOTES) != 0;
      return IpProtocol.isIcmp(key.protocol()) || isLaterFragment || quotes;
    }

    private void count(FoundFlow flow) {
      if (flow != null) {
        counts.merge(flow, 1, Integer::sum);
      }
    }
  }
}
