package org.gotm.examples;

import java.nio.file.Path;
import org.gotm.core.capture.Capture;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.source.PacketSource;

/** Counts the packets of a capture that are within the cutoff of their flow. One thread. */
public final class KeptPackets {
  private long packets;
  private long bytes;

  private KeptPackets() {}

  /** Prints the count for the pcap file that is named. */
  public static void main(String[] arguments) {
    System.out.println(in(PcapFileSource.open(Path.of(arguments[0])), Cutoff.of(100, 8192)));
  }

  /**
   * Reads a source to its end.
   *
   * @param source is closed
   */
  public static KeptPackets in(PacketSource source, Cutoff cutoff) {
    KeptPackets count = new KeptPackets();
    try (Capture capture =
        Capture.from(source).cutoff(cutoff).onPacket(packet -> count.add(packet.caplen()))) {
      capture.run();
    }
    return count;
  }

  private void add(int caplen) {
    packets++;
    bytes += caplen;
  }

  /** How many packets were kept. */
  public long packets() {
    return packets;
  }

  /** What of them was captured, in bytes. */
  public long bytes() {
    return bytes;
  }

  @Override
  public String toString() {
    return packets + " packets, " + bytes + " bytes";
  }
}
