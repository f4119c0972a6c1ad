package org.gotm.ffm.bpf;

import static org.gotm.ffm.bpf.BpfAssembler.NEXT;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_AND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_B;
import static org.gotm.ffm.linux.generated.linux_h.BPF_H;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JSET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_W;

import java.util.Set;

/**
 * Writes the part of the fanout program that hashes an IP packet: addresses, and ports of TCP, UDP
 * and SCTP unless it is a later fragment or a tunnel's packet. It ends the program.
 */
final class IpFlowHash {
  // Slots of scratch memory: where the header at hand begins, and what must outlive a use of X.
  private static final int BASE = 2;
  private static final int PROTOCOL = 3;
  private static final int KEPT = 4;

  private static final int LATER_FRAGMENT_IPV4 = 0x1fff;
  private static final int LATER_FRAGMENT_IPV6 = 0xfff8;
  private static final int IPPROTO_AUTHENTICATION = 51;
  private static final int IPPROTO_FRAGMENT = 44;
  private static final int MAX_EXTENSION_HEADERS = 6;
  private static final int[] OPTION_HEADERS = {0, 43, 60, 135, 139, 140};
  private static final int UDP = 17;
  private static final int[] WITH_PORTS = {6, UDP, 132}; // TCP, UDP, SCTP

  private final BpfAssembler code;
  private final FlowHash hash;
  private final int ipv4;
  private final int ipv6;
  private final Set<Integer> tunnelPorts;
  private final int ports;
  private final int done;

  /**
   * Writes into this code.
   *
   * @param tunnelPorts of UDP packets whose ports do not count
   */
  IpFlowHash(BpfAssembler code, FlowHash hash, Set<Integer> tunnelPorts) {
    this.code = code;
    this.hash = hash;
    this.tunnelPorts = tunnelPorts;
    ipv4 = code.newLabel();
    ipv6 = code.newLabel();
    ports = code.newLabel();
    done = code.newLabel();
  }

  /** Where to go with X at an IPv4 header. */
  int ipv4() {
    return ipv4;
  }

  /** Where to go with X at an IPv6 header. */
  int ipv6() {
    return ipv6;
  }

  void write() {
    writeIpv4();
    writeIpv6();
    writePorts();
  }

  private void writeIpv4() {
    int later = code.newLabel();
    int first = code.newLabel();
    code.mark(ipv4);
    code.storeX(BASE);
    code.loadIndexed(BPF_W(), 12);
    hash.start();
    backToHeader();
    code.loadIndexed(BPF_W(), 16);
    hash.add();
    backToHeader();
    code.loadIndexed(BPF_H(), 6);
    code.jump(BPF_JSET(), LATER_FRAGMENT_IPV4, later, first);
    code.mark(later);
    code.jump(done);
    code.mark(first);
    code.loadIndexed(BPF_B(), 9);
    code.storeA(PROTOCOL);
    code.loadIndexed(BPF_B(), 0);
    code.alu(BPF_AND(), 0x0f);
    code.alu(BPF_LSH(), 2);
    moveOn();
    code.jump(ports);
  }

  private void writeIpv6() {
    code.mark(ipv6);
    code.storeX(BASE);
    foldAddress(8);
    hash.start();
    backToHeader();
    foldAddress(24);
    hash.add();
    backToHeader();
    code.loadIndexed(BPF_B(), 6);
    code.moveX(40, KEPT);
    for (int i = 0; i < MAX_EXTENSION_HEADERS; i++) {
      writeExtension();
    }
    code.jump(ports);
  }

  /** A: what an IPv6 address is folded to. */
  private void foldAddress(int offset) {
    code.loadIndexed(BPF_W(), offset);
    for (int word = 1; word < 4; word++) {
      code.storeA(KEPT);
      code.loadIndexed(BPF_W(), offset + 4 * word);
      code.recallX(KEPT);
      hash.fold();
      backToHeader();
    }
  }

  /** X: the header at hand. */
  private void backToHeader() {
    code.recallX(BASE);
  }

  /** A: the protocol of the header at X. If that is an extension, moves to the next header. */
  private void writeExtension() {
    int options = code.newLabel();
    int authentication = code.newLabel();
    int fragment = code.newLabel();
    int later = code.newLabel();
    int first = code.newLabel();
    int next = code.newLabel();
    for (int protocol : OPTION_HEADERS) {
      code.jump(BPF_JEQ(), protocol, options, NEXT);
    }
    code.jump(BPF_JEQ(), IPPROTO_AUTHENTICATION, authentication, NEXT);
    code.jump(BPF_JEQ(), IPPROTO_FRAGMENT, fragment, NEXT);
    code.jump(ports);
    code.mark(fragment);
    code.loadIndexed(BPF_H(), 2);
    code.jump(BPF_JSET(), LATER_FRAGMENT_IPV6, later, first);
    code.mark(later);
    code.jump(done);
    code.mark(first);
    code.loadIndexed(BPF_B(), 0);
    code.storeA(PROTOCOL);
    code.setA(8);
    code.jump(next);
    code.mark(authentication);
    lengthOfExtension(2, 2);
    code.jump(next);
    code.mark(options);
    lengthOfExtension(1, 3);
    code.mark(next);
    moveOn();
  }

  private void lengthOfExtension(int more, int unitShift) {
    code.loadIndexed(BPF_B(), 0);
    code.storeA(PROTOCOL);
    code.loadIndexed(BPF_B(), 1);
    code.alu(BPF_ADD(), more);
    code.alu(BPF_LSH(), unitShift);
  }

  /** Moves X on by A bytes; A: the protocol that was noted. */
  private void moveOn() {
    code.aluX(BPF_ADD());
    code.copyAToX();
    code.recallA(PROTOCOL);
  }

  /** A: the protocol of the transport header at X. */
  private void writePorts() {
    int read = code.newLabel();
    code.mark(ports);
    for (int protocol : WITH_PORTS) {
      code.jump(BPF_JEQ(), protocol, read, NEXT);
    }
    code.jump(done);
    code.mark(read);
    code.storeX(BASE);
    leaveIfTunnel();
    code.loadIndexed(BPF_H(), 0);
    hash.add();
    backToHeader();
    code.loadIndexed(BPF_H(), 2);
    hash.add();
    code.mark(done);
    hash.answer();
  }

  /** A: the protocol. Done with a UDP packet that has a port of a tunnel; X stays. */
  private void leaveIfTunnel() {
    int udp = code.newLabel();
    int none = code.newLabel();
    code.jump(BPF_JEQ(), UDP, udp, NEXT);
    code.jump(none);
    code.mark(udp);
    for (int offset = 0; offset < 4; offset += 2) {
      code.loadIndexed(BPF_H(), offset);
      tunnelPorts.forEach(this::leaveIfPort);
    }
    code.mark(none);
  }

  private void leaveIfPort(int port) {
    int other = code.newLabel();
    code.jump(BPF_JEQ(), port, NEXT, other);
    code.jump(done);
    code.mark(other);
  }
}
