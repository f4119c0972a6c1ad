package org.gotm.ffm.bpf;

import static org.gotm.ffm.bpf.BpfAssembler.NEXT;
import static org.gotm.ffm.linux.generated.linux_h.ARPHRD_ETHER;
import static org.gotm.ffm.linux.generated.linux_h.ARPHRD_LOOPBACK;
import static org.gotm.ffm.linux.generated.linux_h.BPF_B;
import static org.gotm.ffm.linux.generated.linux_h.BPF_H;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JSET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_W;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_8021AD;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_8021Q;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_ARP;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_IP;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_IPV6;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_MPLS_MC;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_MPLS_UC;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_PPP_SES;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_QINQ1;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_OUTGOING;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_HATYPE;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_OFF;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_PKTTYPE;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_PROTOCOL;
import static org.gotm.ffm.linux.generated.linux_h.SKF_LL_OFF;

import java.util.Arrays;
import java.util.Set;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.ffm.linux.CaptureMode;

/**
 * The program by which the kernel spreads packets over the sockets of a fanout group: a hash of the
 * flow, the same for both directions.
 *
 * <p>The kernel's own hash (PACKET_FANOUT_HASH) will not do. It looks into other tunnels than we
 * do, takes the keys of IPsec for ports, which differ by direction, and hashes the first fragment
 * of a packet like the later ones, without ports, away from the flow that it belongs to. With
 * PACKET_FANOUT_FLAG_DEFRAG fragments would stay together, but not come out as they were on the
 * wire: of two frames of 1514 and 531 bytes it made one of 2011 (Linux 6.18).
 *
 * <p>This is for where {@link org.gotm.ffm.fanout.FanoutProgram} cannot be: it has no loops and no
 * memory, so it cannot look into tunnels. It hashes the outermost addresses, and ports of TCP, UDP
 * and SCTP unless it is a later fragment or one of the ports is a tunnel's; MAC addresses of what
 * is not IP. So all flows of a tunnel go to one socket, both directions of each. All ARP goes to
 * one socket too, and a packet that is too short to the first.
 */
public final class FlowFanout {
  // Slots of scratch memory.
  private static final int HASH = 0;
  private static final int KEPT = 1;

  private static final int ETHERNET_LENGTH = 14;
  private static final int MAX_VLAN_TAGS = 4;
  private static final int MAX_LABELS = 4;
  private static final int PPP_IPV4 = 0x0021;
  private static final int PPP_IPV6 = 0x0057;
  private static final int ARP_ANSWER = 1;

  private final BpfAssembler code = new BpfAssembler();
  private final FlowHash hash = new FlowHash(code, HASH);
  private final IpFlowHash ip;
  private final int notIp = code.newLabel();
  private final boolean hasMacAddresses;

  private FlowFanout(boolean hasMacAddresses, Set<Integer> tunnelPorts) {
    this.hasMacAddresses = hasMacAddresses;
    ip = new IpFlowHash(code, hash, tunnelPorts);
  }

  /**
   * The program for a group whose packets are taken in this mode.
   *
   * @param tunnels those that the decoder looks into
   */
  public static SocketFilter program(CaptureMode mode, TunnelOptions tunnels) {
    boolean hasMacAddresses = mode.equals(CaptureMode.ETHERNET);
    return new FlowFanout(hasMacAddresses, tunnels.byPort().keySet()).program();
  }

  private SocketFilter program() {
    findNetworkHeader();
    skipTags();
    chooseNetwork();
    ip.write();
    notIp();
    return new SocketFilter(Arrays.asList(code.assemble()));
  }

  /** X: the network header. It comes first in what was received, but not in what is sent. */
  private void findNetworkHeader() {
    int received = code.newLabel();
    int sent = code.newLabel();
    int found = code.newLabel();
    code.load(BPF_W(), SKF_AD_OFF() + SKF_AD_PKTTYPE());
    code.jump(BPF_JEQ(), PACKET_OUTGOING(), NEXT, received);
    code.load(BPF_W(), SKF_AD_OFF() + SKF_AD_HATYPE());
    code.jump(BPF_JEQ(), ARPHRD_ETHER(), sent, NEXT);
    code.jump(BPF_JEQ(), ARPHRD_LOOPBACK(), sent, received);
    code.mark(sent);
    code.setX(ETHERNET_LENGTH);
    code.jump(found);
    code.mark(received);
    code.setX(0);
    code.mark(found);
  }

  /** A: the EtherType behind VLAN tags; X: what it is the type of. */
  private void skipTags() {
    int untagged = code.newLabel();
    code.load(BPF_W(), SKF_AD_OFF() + SKF_AD_PROTOCOL());
    for (int i = 0; i < MAX_VLAN_TAGS; i++) {
      int tag = code.newLabel();
      code.jump(BPF_JEQ(), ETH_P_8021Q(), tag, NEXT);
      code.jump(BPF_JEQ(), ETH_P_8021AD(), tag, NEXT);
      code.jump(BPF_JEQ(), ETH_P_QINQ1(), tag, untagged);
      code.mark(tag);
      code.loadIndexed(BPF_H(), 2);
      code.moveX(4, KEPT);
    }
    code.mark(untagged);
  }

  private void chooseNetwork() {
    int toIpv4 = code.newLabel();
    int toIpv6 = code.newLabel();
    int toNotIp = code.newLabel();
    int arp = code.newLabel();
    int mpls = code.newLabel();
    int pppoe = code.newLabel();
    int byVersion = code.newLabel();
    code.jump(BPF_JEQ(), ETH_P_IP(), toIpv4, NEXT);
    code.jump(BPF_JEQ(), ETH_P_IPV6(), toIpv6, NEXT);
    code.jump(BPF_JEQ(), ETH_P_ARP(), arp, NEXT);
    code.jump(BPF_JEQ(), ETH_P_PPP_SES(), pppoe, NEXT);
    code.jump(BPF_JEQ(), ETH_P_MPLS_UC(), mpls, NEXT);
    code.jump(BPF_JEQ(), ETH_P_MPLS_MC(), mpls, toNotIp);
    code.mark(mpls);
    for (int i = 0; i < MAX_LABELS; i++) {
      code.loadIndexed(BPF_B(), 2);
      code.moveX(4, KEPT);
      code.jump(BPF_JSET(), 1, byVersion, i + 1 < MAX_LABELS ? NEXT : toNotIp);
    }
    code.mark(pppoe);
    code.loadIndexed(BPF_H(), 6);
    code.moveX(8, KEPT);
    code.jump(BPF_JEQ(), PPP_IPV4, byVersion, NEXT);
    code.jump(BPF_JEQ(), PPP_IPV6, byVersion, toNotIp);
    code.mark(byVersion);
    code.loadIndexed(BPF_B(), 0);
    code.alu(BPF_RSH(), 4);
    code.jump(BPF_JEQ(), 4, toIpv4, NEXT);
    code.jump(BPF_JEQ(), 6, toIpv6, toNotIp);
    code.mark(arp);
    code.ret(ARP_ANSWER);
    code.mark(toNotIp);
    code.jump(notIp);
    code.mark(toIpv6);
    code.jump(ip.ipv6());
    code.mark(toIpv4);
    code.jump(ip.ipv4());
  }

  private void notIp() {
    code.mark(notIp);
    if (hasMacAddresses) {
      code.load(BPF_W(), SKF_LL_OFF() + 2);
      hash.start();
      code.load(BPF_W(), SKF_LL_OFF() + 8);
      hash.add();
      hash.answer();
    }
    code.ret(0);
  }
}
