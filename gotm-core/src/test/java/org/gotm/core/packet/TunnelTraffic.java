package org.gotm.core.packet;

import static org.gotm.core.packet.PacketBuilder.ACK;

import java.util.ArrayList;
import java.util.List;
import org.gotm.core.packet.TunnelFrames.Form;

/** Frames in tunnels, for tests that need many of them: every form of every tunnel. */
public final class TunnelTraffic {
  private static final String[] A = {"10.0.0.1", "10.0.0.3", "10.9.0.1"};
  private static final String[] B = {"10.0.0.2", "10.0.0.200", "10.8.0.1"};

  private TunnelTraffic() {}

  /** TCP packets of three flows, both directions of each in every form of every tunnel. */
  public static List<byte[]> frames() {
    List<byte[]> frames = new ArrayList<>();
    for (Form form : TunnelFrames.all()) {
      for (int flow = 0; flow < A.length; flow++) {
        int port = 4000 + flow;
        frames.add(form.frame().ipv4(A[flow], B[flow]).tcp(port, 80, ACK).payload(9).build());
        frames.add(form.frame().ipv4(B[flow], A[flow]).tcp(80, port, ACK).payload(30).build());
      }
    }
    return frames;
  }

  /** The same flows in each form of tunnel within each form of tunnel that lies above IP. */
  public static List<byte[]> nested() {
    List<byte[]> frames = new ArrayList<>();
    for (Form outer : TunnelFrames.all()) {
      for (Form inner : TunnelFrames.all()) {
        if (!inner.isBelowIp()) {
          PacketBuilder tunnel = inner.headers().apply(outer.frame().ipv4("10.1.1.1", "10.1.1.2"));
          frames.add(tunnel.ipv4(A[0], B[0]).udp(53, 4000).payload(20).build());
        }
      }
    }
    return frames;
  }
}
