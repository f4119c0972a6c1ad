package org.gotm.ffm.fanout;

import java.util.Set;
import org.gotm.core.packet.Tunnel;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.ffm.ebpf.BpfException;
import org.gotm.ffm.ebpf.BpfMap;
import org.gotm.ffm.ebpf.BpfProgram;
import org.gotm.ffm.linux.CaptureMode;

/**
 * The program by which the kernel spreads packets over the sockets of a fanout group, so that each
 * flow, in both directions, reaches one of them: a hash of what {@link
 * org.gotm.core.packet.PacketDecoder} makes the flow's key of, or of a part of it. It goes into the
 * same tunnels, reads the same quotes, and remembers the first fragments of packets.
 *
 * <p>It needs Linux 5.8 and CAP_BPF; where it cannot be had, {@link org.gotm.ffm.bpf.FlowFanout} is
 * second best. What divides networks (VLAN, VNI) is left out of the hash.
 */
public final class FanoutProgram {
  private final FanoutCode fanout = new FanoutCode();
  private final FanoutHash hash = new FanoutHash(fanout);
  private final FanoutFragments fragments;
  private final FanoutIp ip;
  private final FanoutStart start;
  private final FanoutLink link;
  private final FanoutTransport transport;
  private final FanoutTunnels tunnels;
  private final FanoutUdpTunnels udpTunnels;

  private FanoutProgram(CaptureMode mode, TunnelOptions options, BpfMap map) {
    Set<Tunnel> on = options.on();
    fragments = new FanoutFragments(fanout, hash, map);
    ip = new FanoutIp(fanout, hash, fragments);
    start = new FanoutStart(fanout, hash, mode);
    link = new FanoutLink(fanout, ip, on);
    transport = new FanoutTransport(fanout, hash, ip);
    tunnels = new FanoutTunnels(fanout, ip, on);
    udpTunnels = new FanoutUdpTunnels(fanout, ip, options.byPort());
  }

  /**
   * Has the kernel take the program for a group whose packets are taken in this mode.
   *
   * @param options the tunnels that the decoder looks into
   * @return the program, to be closed by the caller as soon as it is attached
   * @throws BpfException if the kernel does not take it
   */
  public static BpfProgram load(CaptureMode mode, TunnelOptions options) {
    try (BpfMap map = FanoutFragments.createMap()) {
      return BpfProgram.load("gotm_fanout", new FanoutProgram(mode, options, map).write());
    }
  }

  private long[] write() {
    start.write();
    fragments.clear();
    link.write();
    ip.write();
    transport.write();
    tunnels.write();
    udpTunnels.write();
    link.writeFrame();
    fanout.code.mark(fanout.done);
    fragments.writeEnd();
    start.writeIfNoFlow();
    fanout.answer();
    return fanout.code.assemble();
  }
}
