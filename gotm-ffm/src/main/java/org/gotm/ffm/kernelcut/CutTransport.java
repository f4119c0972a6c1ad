package org.gotm.ffm.kernelcut;

import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JLT;
import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JNE;
import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JSLT;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.kernelcut.CutCode.LENGTH;
import static org.gotm.ffm.kernelcut.CutCode.OPENS;
import static org.gotm.ffm.kernelcut.CutCode.SOURCE_PORT;
import static org.gotm.ffm.kernelcut.CutCode.TARGET_PORT;
import static org.gotm.ffm.linux.generated.linux_h.BPF_AND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JSET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_SUB;

import java.util.SortedSet;
import java.util.TreeSet;
import org.gotm.ffm.ebpf.EbpfAssembler;
import org.gotm.ffm.ebpf.Register;

/**
 * Writes the part of the cut program that reads the header above IP: ports, what it leaves of the
 * length for payload, and whether the packet may be cut at all.
 *
 * <p>It passes all but TCP and UDP, TCP that opens or ends a connection, and UDP that may be a
 * tunnel, as the decoder may find another flow in there. A SYN that answers none is looked up all
 * the same, with {@link CutCode#OPENS} for its payload.
 */
final class CutTransport {
  static final int TCP = 6;
  static final int UDP = 17;

  private static final int TCP_HEADER_LENGTH = 12;
  private static final int TCP_FLAGS = 13;
  private static final int TCP_LENGTH = 20;
  private static final int FIN_SYN_RST = 0x07;
  private static final int SYN = 0x02;
  private static final int ACK = 0x10;
  private static final int UDP_LENGTH = 8;

  private final CutCode cut;
  private final SortedSet<Integer> tunnelPorts;
  private final EbpfAssembler code;

  CutTransport(CutCode cut, CutOptions options) {
    this.cut = cut;
    tunnelPorts = new TreeSet<>(options.tunnelPorts());
    code = cut.code;
  }

  /**
   * Writes it.
   *
   * @param header where the header was read to
   * @param protocol where its protocol was read to
   */
  void write(int header, int protocol) {
    int udp = code.newLabel();
    int opens = code.newLabel();
    int end = code.newLabel();
    cut.uint16(SOURCE_PORT, header);
    cut.uint16(TARGET_PORT, header + 2);
    cut.uint8(R1, protocol);
    code.jump(BPF_JEQ(), R1, UDP, udp);
    code.jump(BPF_JNE, R1, TCP, cut.pass);
    writeTcp(header, opens);
    code.jump(end);
    code.mark(opens);
    code.alu(BPF_AND(), R1, SYN | ACK);
    code.jump(BPF_JNE, R1, SYN, cut.pass);
    code.set(LENGTH, OPENS);
    code.jump(end);
    code.mark(udp);
    passIfTunnel(SOURCE_PORT);
    passIfTunnel(TARGET_PORT);
    code.alu(BPF_SUB(), LENGTH, UDP_LENGTH);
    code.jump(BPF_JSLT, LENGTH, 0, cut.pass);
    code.mark(end);
  }

  private void writeTcp(int header, int opens) {
    cut.uint8(R1, header + TCP_FLAGS);
    code.jump(BPF_JSET(), R1, FIN_SYN_RST, opens);
    cut.uint8(R1, header + TCP_HEADER_LENGTH);
    code.alu(BPF_RSH(), R1, 4);
    code.alu(BPF_LSH(), R1, 2);
    code.jump(BPF_JLT, R1, TCP_LENGTH, cut.pass);
    code.alu(BPF_SUB(), LENGTH, R1);
    code.jump(BPF_JSLT, LENGTH, 0, cut.pass);
  }

  private void passIfTunnel(Register port) {
    tunnelPorts.forEach(tunnel -> code.jump(BPF_JEQ(), port, tunnel, cut.pass));
  }
}
