package org.gotm.app.process;

import static org.gotm.core.packet.PacketBuilder.ACK;
import static org.gotm.core.packet.PacketBuilder.FIN;
import static org.gotm.core.packet.PacketBuilder.RST;
import static org.gotm.core.packet.PacketBuilder.SYN;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.gotm.core.packet.PacketBuilder;

/**
 * Traffic of which a few flows have nearly all packets: TCP and UDP over IPv4 and IPv6, with a VLAN
 * tag and without. Elephant n has port {@link #FIRST_PORT} + n at one end, all mice have 443. Each
 * packet with payload has a number in it.
 */
final class ElephantTraffic {
  static final int FIRST_PORT = 5000;

  /** Of these, 0, 2, 4 and 6 are TCP; 2, 3, 6 and 7 are IPv6; 4 to 7 have a tag. */
  static final int ELEPHANTS = 8;

  private static final int MICE = 1500;
  private static final int ACK_FIELD = 8;
  private static final int TCP_LENGTH = 20;

  private final Random random;
  private final List<byte[]> frames = new ArrayList<>();
  private int number;

  ElephantTraffic(long seed) {
    random = new Random(seed);
  }

  /** All elephants begin. */
  ElephantTraffic opening() {
    for (int flow = 0; flow < ELEPHANTS; flow++) {
      open(flow);
    }
    return this;
  }

  /** They go on; some of TCP end, and one of them begins again on the same ports. */
  ElephantTraffic middle(int packets) {
    for (int i = 0; i < packets; i++) {
      double place = random.nextDouble();
      boolean isMouse = random.nextInt(20) == 0;
      data(isMouse ? ELEPHANTS + random.nextInt(MICE) : (int) (ELEPHANTS * place * place));
      if (i == packets / 4) {
        control(2, true, SYN); // sent again
      } else if (i == packets / 2) {
        control(0, true, FIN | ACK);
        control(0, false, FIN | ACK);
        open(0);
      } else if (i == packets * 3 / 4) {
        control(4, false, RST);
      }
    }
    return this;
  }

  /** A packet of each of so many flows that have no other. */
  ElephantTraffic mice(int flows) {
    for (int flow = 0; flow < flows; flow++) {
      data(ELEPHANTS + flow);
    }
    return this;
  }

  private void open(int flow) {
    if (isTcp(flow)) {
      control(flow, true, SYN);
      control(flow, false, SYN | ACK);
    }
  }

  private static boolean isTcp(int flow) {
    return flow % 2 == 0;
  }

  private void control(int flow, boolean isForth, int flags) {
    byte[] frame = start(flow, isForth, flags).build();
    frame[frame.length - TCP_LENGTH + ACK_FIELD + 3] = 1; // answers the SYN, whose number is 0
    frames.add(frame);
  }

  private void data(int flow) {
    byte[] payload = new byte[Integer.BYTES + random.nextInt(300)];
    ByteBuffer.wrap(payload).putInt(number++);
    frames.add(start(flow, random.nextBoolean(), ACK).bytes(payload).build());
  }

  /** A packet without payload. */
  private static PacketBuilder start(int flow, boolean isForth, int flags) {
    PacketBuilder packet = PacketBuilder.packet().ethernet(isForth ? 1 : 2, isForth ? 2 : 1);
    if ((flow & 4) != 0) {
      packet.vlan(0x8100, 7);
    }
    boolean isIpv6 = (flow & 2) != 0;
    String client = isIpv6 ? "2001:db8::1" : "10.1.2.3";
    String server = isIpv6 ? "2001:db8::2" : "10.3.2.1";
    String source = isForth ? client : server;
    String target = isForth ? server : client;
    packet = isIpv6 ? packet.ipv6(source, target) : packet.ipv4(source, target);
    int clientPort = 20_000 + flow;
    int serverPort = flow < ELEPHANTS ? FIRST_PORT + flow : 443;
    int from = isForth ? clientPort : serverPort;
    int to = isForth ? serverPort : clientPort;
    return isTcp(flow) ? packet.tcp(from, to, flags) : packet.udp(from, to);
  }

  /** Writes what there is so far as a capture file, and begins anew. */
  Path writeTo(Path file) {
    ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.nativeOrder());
    header.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putLong(0);
    header.putInt(65_535).putInt(1);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(header.array());
      for (byte[] frame : frames) {
        ByteBuffer record = ByteBuffer.allocate(16 + frame.length).order(ByteOrder.nativeOrder());
        record.putLong(0).putInt(frame.length).putInt(frame.length).put(frame);
        out.write(record.array());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    frames.clear();
    return file;
  }
}
