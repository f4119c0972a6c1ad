package org.gotm.ffm.pcap;

import java.nio.file.Path;
import org.gotm.core.source.PacketSource;
import org.gotm.ffm.ReceivedPackets;

/** Counts the packets of a capture file in a process of its own. */
public final class CountProgram {
  private CountProgram() {}

  /** The file. */
  public static void main(String[] arguments) {
    try (PacketSource source = PcapSource.openOffline(Path.of(arguments[0]), "")) {
      System.out.println("packets=" + new ReceivedPackets().awaitEnd(source).count());
    }
  }
}
