package org.gotm.ffm.fanout;

import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JNE;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.ebpf.Register.R2;
import static org.gotm.ffm.ebpf.Register.R3;
import static org.gotm.ffm.fanout.FanoutCode.AT;
import static org.gotm.ffm.fanout.FanoutCode.KIND;
import static org.gotm.ffm.fanout.FanoutStack.END;
import static org.gotm.ffm.fanout.FanoutStack.PORTS;
import static org.gotm.ffm.fanout.FanoutStack.SCRATCH;
import static org.gotm.ffm.fanout.FanoutStack.SKIPPED;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_AND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JGE;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JSET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_SUB;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_IP;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_IPV6;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_MPLS_UC;

import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import org.gotm.core.packet.Tunnel;
import org.gotm.ffm.ebpf.EbpfAssembler;

/**
 * Writes the part of the fanout program that goes into tunnels over UDP, which are known by their
 * port. It takes for a tunnel what the decoder's {@code Vxlan}, {@code Geneve}, {@code GtpU}, and
 * {@code Teredo} do; CAPWAP is a piece of its own.
 */
final class FanoutUdpTunnels {
  private static final int UDP = 17;
  private static final int UDP_LENGTH = 8;

  private static final int VXLAN_LENGTH = 8;
  private static final int HAS_VNI = 0x08;
  private static final int HAS_NEXT = 0x04;

  private static final int GENEVE_LENGTH = 8;

  private static final int GTP_LENGTH = 8;
  private static final int GTP_OPTIONAL_LENGTH = 4;
  private static final int GTP_TYPE_MASK = 0xf0;
  private static final int GTP_TYPE = 0x30;
  private static final int GTP_PACKET = 255;
  private static final int GTP_EXTENSIONS = 0x04;
  private static final int GTP_OPTIONAL = 0x07;
  private static final int MAX_GTP_EXTENSIONS = 16;

  private static final int TEREDO_AUTHENTICATION = 1;
  private static final int TEREDO_AUTHENTICATION_LENGTH = 4 + 8 + 1;
  private static final int TEREDO_ORIGIN = 0;
  private static final int TEREDO_ORIGIN_LENGTH = 8;

  private final FanoutCode fanout;
  private final FanoutIp ip;
  private final SortedMap<Integer, Tunnel> ports;
  private final EbpfAssembler code;
  private final Map<Tunnel, Integer> labels = new EnumMap<>(Tunnel.class);

  FanoutUdpTunnels(FanoutCode fanout, FanoutIp ip, SortedMap<Integer, Tunnel> ports) {
    this.fanout = fanout;
    this.ip = ip;
    this.ports = ports;
    code = fanout.code;
  }

  /** Writes it; all other protocols and ports are done. */
  void write() {
    code.jump(BPF_JNE, KIND, UDP, fanout.done);
    fanout.recall(R1, PORTS);
    code.alu(BPF_AND(), R1, 0xffff);
    choosePort();
    fanout.recall(R1, PORTS);
    code.alu(BPF_RSH(), R1, 16);
    choosePort();
    code.jump(fanout.done);
    labels.forEach(this::writeTunnel);
  }

  /** Goes to the tunnel that has the port in R1. */
  private void choosePort() {
    ports.forEach(
        (port, tunnel) ->
            code.jump(BPF_JEQ(), R1, port, labels.computeIfAbsent(tunnel, t -> code.newLabel())));
  }

  private void writeTunnel(Tunnel tunnel, int label) {
    code.mark(label);
    fanout.enterTunnel();
    fanout.skip(UDP_LENGTH);
    switch (tunnel) {
      case VXLAN -> writeVxlan();
      case GENEVE -> writeGeneve();
      case GTP -> writeGtp();
      case TEREDO -> writeTeredo();
      case CAPWAP -> new FanoutCapwap(fanout).write();
      default -> throw new IllegalArgumentException(tunnel + " is not over UDP");
    }
  }

  private void writeVxlan() {
    int more = code.newLabel();
    fanout.take(VXLAN_LENGTH);
    fanout.skip(VXLAN_LENGTH);
    fanout.uint8(R1, 0);
    code.copy(R2, R1);
    code.alu(BPF_AND(), R2, HAS_VNI);
    code.jump(BPF_JEQ(), R2, 0, fanout.done);
    code.jump(BPF_JSET(), R1, HAS_NEXT, more);
    code.jump(fanout.frame);
    code.mark(more);
    fanout.uint8(R1, 3);
    code.jump(BPF_JEQ(), R1, 3, fanout.frame);
    goToIf(1, ETH_P_IP());
    goToIf(2, ETH_P_IPV6());
    goToIf(5, ETH_P_MPLS_UC());
    code.jump(fanout.done);
  }

  private void goToIf(int next, int etherType) {
    code.set(KIND, etherType);
    code.jump(BPF_JEQ(), R1, next, fanout.network);
  }

  private void writeGeneve() {
    fanout.take(GENEVE_LENGTH);
    fanout.uint8(R1, 0);
    code.jump(BPF_JGE(), R1, 0x40, fanout.done);
    code.alu(BPF_LSH(), R1, 2);
    code.alu(BPF_ADD(), AT, R1);
    fanout.skip(GENEVE_LENGTH);
    fanout.uint16(KIND, 2);
    fanout.goToCarried();
  }

  private void writeGtp() {
    int optional = code.newLabel();
    int extension = code.newLabel();
    int inner = code.newLabel();
    fanout.take(GTP_LENGTH);
    fanout.uint8(R3, 0);
    code.copy(R1, R3);
    code.alu(BPF_AND(), R1, GTP_TYPE_MASK);
    code.jump(BPF_JNE, R1, GTP_TYPE, fanout.done);
    fanout.uint8(R1, 1);
    code.jump(BPF_JNE, R1, GTP_PACKET, fanout.done);
    fanout.skip(GTP_LENGTH);
    endAfterLength();
    code.jump(BPF_JSET(), R3, GTP_OPTIONAL, optional);
    code.jump(inner);
    code.mark(optional);
    fanout.keep(SCRATCH, R3);
    fanout.take(GTP_OPTIONAL_LENGTH);
    fanout.skip(GTP_OPTIONAL_LENGTH);
    fanout.recall(R3, SCRATCH);
    code.jump(BPF_JSET(), R3, GTP_EXTENSIONS, extension);
    code.jump(inner);
    code.mark(extension);
    skipGtpExtensions(inner);
    code.mark(inner);
    ip.goToIp();
  }

  /** The packet ends where GTP says, if that is before the end that is known. */
  private void endAfterLength() {
    int unbelievable = code.newLabel();
    fanout.uint16(R1, 2);
    code.alu(BPF_ADD(), R1, AT);
    fanout.recall(R2, END);
    code.jump(BPF_JGE(), R1, R2, unbelievable);
    fanout.keep(END, R1);
    code.mark(unbelievable);
  }

  /** A byte before each of them says whether one comes; its length is in words of 4 bytes. */
  private void skipGtpExtensions(int inner) {
    int extension = code.newLabel();
    fanout.reset(SKIPPED);
    fanout.skip(-1);
    fanout.loop(extension);
    fanout.take(1);
    fanout.skip(1);
    fanout.uint8(R1, 0);
    code.jump(BPF_JEQ(), R1, 0, inner);
    fanout.count(SKIPPED, MAX_GTP_EXTENSIONS);
    fanout.take(1);
    fanout.uint8(R1, 0);
    code.jump(BPF_JEQ(), R1, 0, fanout.done);
    code.alu(BPF_LSH(), R1, 2);
    code.alu(BPF_SUB(), R1, 1);
    code.alu(BPF_ADD(), AT, R1);
    code.jump(extension);
  }

  private void writeTeredo() {
    int afterwards = code.newLabel();
    int origin = code.newLabel();
    fanout.take(2);
    fanout.uint16(R1, 0);
    code.jump(BPF_JNE, R1, TEREDO_AUTHENTICATION, afterwards);
    fanout.take(TEREDO_AUTHENTICATION_LENGTH);
    fanout.uint8(R1, 2);
    fanout.uint8(R2, 3);
    code.alu(BPF_ADD(), AT, R1);
    code.alu(BPF_ADD(), AT, R2);
    fanout.skip(TEREDO_AUTHENTICATION_LENGTH);
    code.mark(afterwards);
    fanout.take(2);
    fanout.uint16(R1, 0);
    code.jump(BPF_JNE, R1, TEREDO_ORIGIN, origin);
    fanout.skip(TEREDO_ORIGIN_LENGTH);
    code.mark(origin);
    fanout.goTo(ETH_P_IPV6());
  }
}
