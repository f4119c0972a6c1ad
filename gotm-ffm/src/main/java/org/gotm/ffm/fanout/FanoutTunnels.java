package org.gotm.ffm.fanout;

import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JNE;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.ebpf.Register.R3;
import static org.gotm.ffm.fanout.FanoutCode.AT;
import static org.gotm.ffm.fanout.FanoutCode.KIND;
import static org.gotm.ffm.fanout.FanoutStack.SCRATCH;
import static org.gotm.ffm.fanout.FanoutStack.SKIPPED;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_AND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JSET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_IP;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_IPV6;

import java.util.Set;
import org.gotm.core.packet.Tunnel;
import org.gotm.ffm.ebpf.EbpfAssembler;

/**
 * Writes the part of the fanout program that goes into tunnels which have a protocol above IP of
 * their own: IP in IP, GRE, and the mirrored frames of ERSPAN in GRE. It takes for a tunnel what
 * the decoder's {@code Gre} and {@code Erspan} do.
 */
final class FanoutTunnels {
  private static final int IPV4_IN_IP = 4;
  private static final int IPV6_IN_IP = 41;
  private static final int GRE = 47;

  private static final int CHECKSUM_OR_ROUTING = 0xc000;
  private static final int ROUTING = 0x4000;
  private static final int KEY = 0x2000;
  private static final int SEQUENCE = 0x1000;
  private static final int VERSION = 0x0007;
  private static final int MAX_ROUTES = 16;
  private static final int WCCP = 0x883e;

  private static final int ERSPAN_1_OR_2 = 0x88be;
  private static final int ERSPAN_3 = 0x22eb;
  private static final int ERSPAN_2_LENGTH = 8;
  private static final int ERSPAN_3_LENGTH = 12;
  private static final int PLATFORM_LENGTH = 8;

  private final FanoutCode fanout;
  private final FanoutIp ip;
  private final Set<Tunnel> on;
  private final EbpfAssembler code;

  FanoutTunnels(FanoutCode fanout, FanoutIp ip, Set<Tunnel> on) {
    this.fanout = fanout;
    this.ip = ip;
    this.on = on;
    code = fanout.code;
  }

  /** Writes it; the next piece gets all other protocols. */
  void write() {
    int next = code.newLabel();
    if (on.contains(Tunnel.IPIP)) {
      writeIpInIp(IPV4_IN_IP, ETH_P_IP());
      writeIpInIp(IPV6_IN_IP, ETH_P_IPV6());
    }
    if (on.contains(Tunnel.GRE) || on.contains(Tunnel.ERSPAN)) {
      code.jump(BPF_JNE, KIND, GRE, next);
      writeGre();
    }
    code.mark(next);
  }

  private void writeIpInIp(int protocol, int etherType) {
    int other = code.newLabel();
    code.jump(BPF_JNE, KIND, protocol, other);
    fanout.enterTunnel();
    fanout.goTo(etherType);
    code.mark(other);
  }

  private void writeGre() {
    int type1 = code.newLabel();
    int type3 = code.newLabel();
    fanout.enterTunnel();
    fanout.take(4);
    fanout.uint16(KIND, 2);
    fanout.uint16(R3, 0);
    fanout.keep(SCRATCH, R3);
    code.jump(BPF_JSET(), R3, VERSION, fanout.done);
    skipFields();
    code.jump(BPF_JEQ(), KIND, ERSPAN_1_OR_2, on.contains(Tunnel.ERSPAN) ? type1 : fanout.done);
    code.jump(BPF_JEQ(), KIND, ERSPAN_3, on.contains(Tunnel.ERSPAN) ? type3 : fanout.done);
    if (on.contains(Tunnel.GRE)) {
      writeWccp();
      fanout.goToCarried();
    } else {
      code.jump(fanout.done);
    }
    if (on.contains(Tunnel.ERSPAN)) {
      writeErspan(type1);
      writeErspan3(type3);
    }
  }

  /** Moves behind the header of GRE, whose flags are in R3 and kept. */
  private void skipFields() {
    int routes = code.newLabel();
    int end = code.newLabel();
    fanout.skip(4);
    skipIfSet(CHECKSUM_OR_ROUTING, false);
    skipIfSet(KEY, true);
    skipIfSet(SEQUENCE, false);
    code.jump(BPF_JSET(), R3, ROUTING, routes);
    code.jump(end);
    code.mark(routes);
    skipRoutes();
    code.mark(end);
  }

  private void skipIfSet(int flag, boolean mustBeThere) {
    int skip = code.newLabel();
    int end = code.newLabel();
    code.jump(BPF_JSET(), R3, flag, skip);
    code.jump(end);
    code.mark(skip);
    if (mustBeThere) {
      fanout.take(4);
      fanout.recall(R3, SCRATCH);
    }
    fanout.skip(4);
    code.mark(end);
  }

  /** Each route has its length; one without family and length is the last. */
  private void skipRoutes() {
    int route = code.newLabel();
    fanout.reset(SKIPPED);
    fanout.loop(route);
    fanout.count(SKIPPED, MAX_ROUTES);
    fanout.take(4);
    fanout.uint8(R3, 3);
    fanout.skip(4);
    code.alu(BPF_ADD(), AT, R3);
    code.jump(BPF_JNE, R3, 0, route);
    fanout.uint16(R1, 0);
    code.jump(BPF_JNE, R1, 0, route);
  }

  /** WCCP has a header of its own from its version 2 on, with the same EtherType. */
  private void writeWccp() {
    int other = code.newLabel();
    int bare = code.newLabel();
    code.jump(BPF_JNE, KIND, WCCP, other);
    ip.writeIfLikely(bare);
    fanout.skip(4);
    code.mark(bare);
    code.set(KIND, ETH_P_IP());
    code.mark(other);
  }

  /** Type I has no header and GRE no sequence number then; type II has both. */
  private void writeErspan(int type1) {
    int type2 = code.newLabel();
    code.mark(type1);
    fanout.recall(R3, SCRATCH);
    code.jump(BPF_JSET(), R3, SEQUENCE, type2);
    code.jump(fanout.frame);
    code.mark(type2);
    fanout.take(ERSPAN_2_LENGTH);
    requireVersion(1);
    fanout.skip(ERSPAN_2_LENGTH);
    code.jump(fanout.frame);
  }

  private void requireVersion(int version) {
    fanout.uint8(R1, 0);
    code.alu(BPF_RSH(), R1, 4);
    code.jump(BPF_JNE, R1, version, fanout.done);
  }

  private void writeErspan3(int type3) {
    int fixed = code.newLabel();
    int platform = code.newLabel();
    int frame = code.newLabel();
    code.mark(type3);
    fanout.take(ERSPAN_3_LENGTH);
    requireVersion(2);
    fanout.uint16(R3, 10);
    fanout.skip(ERSPAN_3_LENGTH);
    code.jump(BPF_JSET(), R3, 1, platform);
    code.jump(fixed);
    code.mark(platform);
    fanout.skip(PLATFORM_LENGTH);
    code.mark(fixed);
    code.alu(BPF_RSH(), R3, 10);
    code.alu(BPF_AND(), R3, 0x1f);
    code.jump(BPF_JEQ(), R3, 0, frame);
    code.jump(BPF_JNE, R3, 2, fanout.done);
    ip.goToIp();
    code.mark(frame);
    code.jump(fanout.frame);
  }
}
