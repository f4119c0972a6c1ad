package org.gotm.ffm.pcap;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import org.gotm.ffm.RunningCapture;

/** Sends datagrams to itself, captures them, and says what it saw. */
public final class LoopbackProgram {
  private LoopbackProgram() {}

  /** The interface, and the number of datagrams. */
  public static void main(String[] arguments) throws IOException {
    int count = Integer.parseInt(arguments[1]);
    PcapSource source = PcapSource.open(arguments[0], PcapOptions.defaults());
    int linkType = source.linkType();
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    try (DatagramSocket socket = new DatagramSocket(0, loopback);
        RunningCapture running = new RunningCapture(source, count)) {
      for (int i = 0; i < count; i++) {
        socket.send(new DatagramPacket(new byte[100], 100, loopback, socket.getLocalPort()));
      }
      running.awaitPackets().stopAndJoin();
      System.out.println("linktype=" + linkType + " " + running.ledger());
    }
  }
}
