package org.gotm.ffm.fanout;

import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JNE;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.ebpf.Register.R2;
import static org.gotm.ffm.fanout.FanoutCode.ANSWER;
import static org.gotm.ffm.fanout.FanoutCode.AT;
import static org.gotm.ffm.fanout.FanoutCode.KIND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JSET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_8021AD;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_8021Q;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_ARP;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_IP;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_IPV6;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_MPLS_MC;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_MPLS_UC;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_PPP_SES;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_QINQ1;

import java.util.Set;
import org.gotm.core.packet.Tunnel;
import org.gotm.ffm.ebpf.EbpfAssembler;

/**
 * Writes the part of the fanout program that goes from an EtherType to IP, by what may lie between
 * them: VLAN tags, MPLS labels, PPPoE, the frames that provider networks carry in frames. It finds
 * what the decoder's {@code Encapsulation} and {@code Mpls} do. All ARP is one flow.
 */
final class FanoutLink {
  private static final int ETHERNET_LENGTH = 14;
  private static final int VLAN_LENGTH = 4;
  private static final int LABEL_LENGTH = 4;
  private static final int CONTROL_WORD_LENGTH = 4;
  private static final int ETH_P_PBB = 0x88e7;
  private static final int SERVICE_TAG_LENGTH = 4;
  private static final int ETH_P_CMD = 0x8909;
  private static final int METADATA_LENGTH = 4;
  private static final int PPPOE_LENGTH = 6;
  private static final int PPP_IPV4 = 0x0021;
  private static final int PPP_IPV6 = 0x0057;
  private static final int ARP_LENGTH = 28;
  private static final long ARP_KIND = 0x0001_0800_0604L;
  private static final int ARP_ANSWER = 1;

  // What can be the EtherType of a frame in a pseudowire besides those of IP.
  private static final int[] LEADING_TO_IP = {
    ETH_P_8021Q(),
    ETH_P_8021AD(),
    ETH_P_QINQ1(),
    ETH_P_MPLS_UC(),
    ETH_P_MPLS_MC(),
    ETH_P_PPP_SES(),
    ETH_P_PBB,
    ETH_P_CMD
  };

  private final FanoutCode fanout;
  private final FanoutIp ip;
  private final Set<Tunnel> on;
  private final EbpfAssembler code;

  FanoutLink(FanoutCode fanout, FanoutIp ip, Set<Tunnel> on) {
    this.fanout = fanout;
    this.ip = ip;
    this.on = on;
    code = fanout.code;
  }

  /** Writes it, to the end. */
  void write() {
    int vlan = code.newLabel();
    int mpls = code.newLabel();
    int pppoe = code.newLabel();
    fanout.loop(fanout.network);
    code.jump(BPF_JEQ(), KIND, ETH_P_IP(), ip.ipv4);
    code.jump(BPF_JEQ(), KIND, ETH_P_IPV6(), ip.ipv6);
    code.jump(BPF_JEQ(), KIND, ETH_P_8021Q(), vlan);
    code.jump(BPF_JEQ(), KIND, ETH_P_8021AD(), vlan);
    code.jump(BPF_JEQ(), KIND, ETH_P_QINQ1(), vlan);
    code.jump(BPF_JEQ(), KIND, ETH_P_MPLS_UC(), mpls);
    code.jump(BPF_JEQ(), KIND, ETH_P_MPLS_MC(), mpls);
    code.jump(BPF_JEQ(), KIND, ETH_P_PPP_SES(), pppoe);
    writeMetadata();
    writeServiceTag();
    writeArp();
    writeVlan(vlan);
    writePppoe(pppoe);
    writeMpls(mpls);
  }

  /** A version, a length in words of 4 bytes, so many options, and the next EtherType. */
  private void writeMetadata() {
    int other = code.newLabel();
    if (!on.contains(Tunnel.CMD)) {
      return;
    }
    code.jump(BPF_JNE, KIND, ETH_P_CMD, other);
    fanout.take(2);
    fanout.uint8(R1, 1);
    code.alu(BPF_LSH(), R1, 2);
    code.alu(BPF_ADD(), AT, R1);
    fanout.skip(METADATA_LENGTH - 2);
    goToTypeHere();
    code.mark(other);
  }

  /** Goes on behind the EtherType at the cursor. */
  private void goToTypeHere() {
    fanout.take(2);
    fanout.uint16(KIND, 0);
    fanout.skip(2);
    code.jump(fanout.network);
  }

  /** The customer's frame follows the service's identifier. */
  private void writeServiceTag() {
    int other = code.newLabel();
    if (!on.contains(Tunnel.PBB)) {
      return;
    }
    code.jump(BPF_JNE, KIND, ETH_P_PBB, other);
    fanout.skip(SERVICE_TAG_LENGTH);
    code.jump(fanout.frame);
    code.mark(other);
  }

  private void writeArp() {
    code.jump(BPF_JNE, KIND, ETH_P_ARP(), fanout.done);
    fanout.take(ARP_LENGTH);
    fanout.uint64(R1, 0);
    code.alu(BPF_RSH(), R1, 16);
    code.setLong(R2, ARP_KIND);
    code.jump(BPF_JNE, R1, R2, fanout.done);
    code.set(ANSWER, ARP_ANSWER);
    code.jump(fanout.done);
  }

  private void writeVlan(int vlan) {
    code.mark(vlan);
    fanout.skip(VLAN_LENGTH - 2);
    goToTypeHere();
  }

  /** The PPP protocol is one byte if its lowest bit is set (RFC 1661, section 6.5). */
  private void writePppoe(int pppoe) {
    int oneByte = code.newLabel();
    int known = code.newLabel();
    code.mark(pppoe);
    fanout.take(PPPOE_LENGTH + 2);
    fanout.skip(PPPOE_LENGTH + 1);
    fanout.uint16(R1, PPPOE_LENGTH);
    code.jump(BPF_JSET(), R1, 0x100, oneByte);
    fanout.skip(1);
    code.jump(known);
    code.mark(oneByte);
    code.alu(BPF_RSH(), R1, 8);
    code.mark(known);
    code.set(KIND, ETH_P_IP());
    code.jump(BPF_JEQ(), R1, PPP_IPV4, fanout.network);
    code.set(KIND, ETH_P_IPV6());
    code.jump(BPF_JEQ(), R1, PPP_IPV6, fanout.network);
    code.jump(fanout.done);
  }

  /** One label; behind the last there is IP, or the frame of a pseudowire. */
  private void writeMpls(int mpls) {
    int last = code.newLabel();
    code.mark(mpls);
    fanout.take(LABEL_LENGTH);
    fanout.skip(LABEL_LENGTH);
    fanout.uint32(R1, 0);
    code.jump(BPF_JSET(), R1, 0x100, last);
    code.jump(fanout.network);
    code.mark(last);
    if (on.contains(Tunnel.PSEUDOWIRE)) {
      writePseudowire();
    }
    ip.goToIp();
  }

  private void writePseudowire() {
    int isIp = code.newLabel();
    ip.writeIfLikely(isIp);
    goToFrameIfThere();
    int noControlWord = code.newLabel();
    fanout.take(CONTROL_WORD_LENGTH, noControlWord);
    fanout.uint8(R1, 0);
    code.alu(BPF_RSH(), R1, 4);
    code.jump(BPF_JNE, R1, 0, noControlWord);
    fanout.skip(CONTROL_WORD_LENGTH);
    goToFrameIfThere();
    fanout.skip(-CONTROL_WORD_LENGTH);
    code.mark(noControlWord);
    code.mark(isIp);
  }

  /** Goes into the frame at the cursor if an EtherType is in its place and fits what follows. */
  private void goToFrameIfThere() {
    int none = code.newLabel();
    int isIpv4 = code.newLabel();
    int isIpv6 = code.newLabel();
    fanout.take(ETHERNET_LENGTH + 1, none);
    fanout.uint16(R1, ETHERNET_LENGTH - 2);
    fanout.uint8(R2, ETHERNET_LENGTH);
    code.alu(BPF_RSH(), R2, 4);
    code.jump(BPF_JEQ(), R1, ETH_P_IP(), isIpv4);
    code.jump(BPF_JEQ(), R1, ETH_P_IPV6(), isIpv6);
    for (int type : LEADING_TO_IP) {
      code.jump(BPF_JEQ(), R1, type, fanout.frame);
    }
    code.jump(none);
    code.mark(isIpv4);
    code.jump(BPF_JEQ(), R2, 4, fanout.frame);
    code.jump(none);
    code.mark(isIpv6);
    code.jump(BPF_JEQ(), R2, 6, fanout.frame);
    code.mark(none);
  }

  /** Writes the way into a frame, if a piece written before leads there. */
  void writeFrame() {
    if (!code.isJumpedTo(fanout.frame)) {
      return;
    }
    code.mark(fanout.frame);
    fanout.take(ETHERNET_LENGTH);
    fanout.uint16(KIND, ETHERNET_LENGTH - 2);
    fanout.skip(ETHERNET_LENGTH);
    code.jump(fanout.network);
  }
}
