package org.gotm.ffm.fanout;

import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JNE;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.ebpf.Register.R2;
import static org.gotm.ffm.fanout.FanoutCode.KIND;
import static org.gotm.ffm.fanout.FanoutStack.FAMILY;
import static org.gotm.ffm.fanout.FanoutStack.PORTS;
import static org.gotm.ffm.fanout.FanoutStack.QUOTED;
import static org.gotm.ffm.fanout.FanoutStack.SOURCE;
import static org.gotm.ffm.fanout.FanoutStack.TARGET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_AND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_IP;

import org.gotm.ffm.ebpf.EbpfAssembler;

/**
 * Writes the part of the fanout program that reads what is above IP: the ports of TCP, UDP and
 * SCTP, and what an ICMP message is about. It sets the answer to the hash of the flow. ICMP's own
 * flows and those of ESP are hashed by their addresses alone, which is coarser than their keys. It
 * tells flows as the decoder's {@code TransportHeader} and {@code IcmpMessage} do.
 */
final class FanoutTransport {
  private static final int ICMP = 1;
  private static final int ESP = 50;
  private static final int ICMPV6 = 58;
  private static final int[] WITH_PORTS = {6, 17, 132}; // TCP, UDP, SCTP

  private static final int PORTS_LENGTH = 4;
  private static final int ICMP_LENGTH = 8;
  private static final int NEIGHBOUR = 8;
  private static final int NEIGHBOUR_END = 24;
  private static final int NEIGHBOUR_SOLICITATION = 135;
  private static final int NEIGHBOUR_ADVERTISEMENT = 136;
  private static final int[] ERRORS = {3, 4, 5, 11, 12};
  private static final int[] ERRORS_V6 = {1, 2, 3, 4};

  private final FanoutCode fanout;
  private final FanoutHash hash;
  private final FanoutIp ip;
  private final EbpfAssembler code;
  private final int withoutPorts;
  private final int hashed;
  private final int quote;

  FanoutTransport(FanoutCode fanout, FanoutHash hash, FanoutIp ip) {
    this.fanout = fanout;
    this.hash = hash;
    this.ip = ip;
    code = fanout.code;
    withoutPorts = code.newLabel();
    hashed = code.newLabel();
    quote = code.newLabel();
  }

  /** Writes it; the next piece gets the protocol, for it may be a tunnel. */
  void write() {
    int ports = code.newLabel();
    int icmp = code.newLabel();
    int icmpV6 = code.newLabel();
    for (int protocol : WITH_PORTS) {
      code.jump(BPF_JEQ(), KIND, protocol, ports);
    }
    code.jump(BPF_JEQ(), KIND, ICMP, icmp);
    code.jump(BPF_JEQ(), KIND, ICMPV6, icmpV6);
    code.jump(BPF_JNE, KIND, ESP, withoutPorts);
    fanout.take(PORTS_LENGTH);
    code.mark(withoutPorts);
    code.set(R1, 0);
    code.set(R2, 0);
    code.jump(hashed);
    writeIcmp(icmp);
    writeIcmpV6(icmpV6);
    writeQuote();
    writePorts(ports);
    writeHash();
  }

  private void writePorts(int ports) {
    code.mark(ports);
    fanout.take(PORTS_LENGTH);
    fanout.uint32(R2, 0);
    fanout.keep(PORTS, R2);
    code.copy(R1, R2);
    code.alu(BPF_RSH(), R1, 16);
    code.alu(BPF_AND(), R2, 0xffff);
  }

  private void writeHash() {
    code.mark(hashed);
    hash.answer(R1, R2);
    fanout.recall(R1, QUOTED);
    code.jump(BPF_JNE, R1, 0, fanout.done);
  }

  private void writeIcmp(int icmp) {
    code.mark(icmp);
    takeIcmp();
    for (int type : ERRORS) {
      code.jump(BPF_JEQ(), R1, type, quote);
    }
    code.jump(withoutPorts);
  }

  /** R1: the type; not of a message that is quoted, which is told by its addresses. */
  private void takeIcmp() {
    fanout.take(ICMP_LENGTH);
    fanout.recall(R1, QUOTED);
    code.jump(BPF_JNE, R1, 0, withoutPorts);
    fanout.uint8(R1, 0);
  }

  /** What neighbour discovery is about takes the place of an address. */
  private void writeIcmpV6(int icmpV6) {
    int solicitation = code.newLabel();
    code.mark(icmpV6);
    takeIcmp();
    for (int type : ERRORS_V6) {
      code.jump(BPF_JEQ(), R1, type, quote);
    }
    fanout.recall(R2, FAMILY);
    code.jump(BPF_JEQ(), R2, ETH_P_IP(), withoutPorts);
    code.jump(BPF_JEQ(), R1, NEIGHBOUR_SOLICITATION, solicitation);
    code.jump(BPF_JNE, R1, NEIGHBOUR_ADVERTISEMENT, withoutPorts);
    replaceByNeighbour(SOURCE);
    code.mark(solicitation);
    replaceByNeighbour(TARGET);
  }

  private void replaceByNeighbour(int slot) {
    fanout.take(NEIGHBOUR_END, withoutPorts);
    ip.keepIpv6Address(NEIGHBOUR, slot);
    code.jump(withoutPorts);
  }

  /** Goes on with the packet that is quoted. If that does not tell a flow, ICMP's own it is. */
  private void writeQuote() {
    code.mark(quote);
    code.set(R1, 0);
    hash.answer(R1, R1);
    fanout.skip(ICMP_LENGTH);
    code.set(R1, 1);
    fanout.keep(QUOTED, R1);
    fanout.recall(KIND, FAMILY);
    code.jump(fanout.network);
  }
}
