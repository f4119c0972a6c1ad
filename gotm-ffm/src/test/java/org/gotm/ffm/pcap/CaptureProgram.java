package org.gotm.ffm.pcap;

import org.gotm.core.source.PacketSource;
import org.gotm.ffm.ChildCapture;
import org.gotm.ffm.RunningCapture;

/**
 * Captures a number of packets from an interface in a process of its own, then says what it saw.
 */
public final class CaptureProgram {
  private CaptureProgram() {}

  /** Interface, filter, number of packets. */
  public static void main(String[] arguments) {
    PacketSource source =
        PcapSource.open(arguments[0], PcapOptions.defaults().withFilter(arguments[1]));
    int linkType = source.linkType();
    try (RunningCapture running = new RunningCapture(source, Integer.parseInt(arguments[2]))) {
      System.out.println(ChildCapture.READY);
      running.awaitPackets().stopAndJoin();
      System.out.println("linktype=" + linkType + " " + running.ledger());
    }
  }
}
