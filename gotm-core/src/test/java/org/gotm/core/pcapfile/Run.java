package org.gotm.core.pcapfile;

import java.util.ArrayList;
import java.util.List;
import org.gotm.core.pcapfile.RealPackets.Packet;
import org.gotm.core.source.PacketSourceException;
import org.gotm.core.source.SourceStats;

/**
 * What one source of a pcapng file gave.
 *
 * @param linkType of its packets
 * @param packets in their order
 * @param received what its statistics say
 * @param damage what ended it, or null
 */
record Run(int linkType, List<Packet> packets, long received, PacketSourceException damage) {

  /** All runs of a file, which is closed then. */
  static List<Run> readAll(PcapngFileSource file) {
    List<Run> runs = new ArrayList<>();
    PcapngFileSource next = file;
    while (next != null) {
      try (PcapngFileSource source = next) {
        List<Packet> packets = new ArrayList<>();
        PacketSourceException damage = RealPackets.readAll(source, packets);
        SourceStats stats = new SourceStats();
        source.readStats(stats);
        boolean goesOn = damage instanceof LinkTypeChangeException;
        runs.add(new Run(source.linkType(), packets, stats.received, goesOn ? null : damage));
        next = goesOn ? source.next() : null;
      }
    }
    return runs;
  }

  /** The packets of one link type in all runs. */
  static List<Packet> packets(List<Run> runs, int linkType) {
    return runs.stream()
        .filter(run -> run.linkType() == linkType)
        .flatMap(run -> run.packets().stream())
        .toList();
  }
}
