package org.gotm.ffm.kernelcut;

import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_ARSH;
import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JLT;
import static org.gotm.ffm.ebpf.Register.R0;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.ebpf.Register.R10;
import static org.gotm.ffm.ebpf.Register.R2;
import static org.gotm.ffm.ebpf.Register.R3;
import static org.gotm.ffm.kernelcut.CutCode.ADDRESS_0;
import static org.gotm.ffm.kernelcut.CutCode.AT;
import static org.gotm.ffm.kernelcut.CutCode.IPV4;
import static org.gotm.ffm.kernelcut.CutCode.IPV4_TRANSPORT;
import static org.gotm.ffm.kernelcut.CutCode.LENGTH;
import static org.gotm.ffm.kernelcut.CutCode.LONG;
import static org.gotm.ffm.kernelcut.CutCode.SOURCE_PORT;
import static org.gotm.ffm.kernelcut.CutCode.TARGET_PORT;
import static org.gotm.ffm.kernelcut.CutCode.TRANSPORT_LENGTH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_AND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JGT;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JSET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_OR;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_SUB;
import static org.gotm.ffm.linux.generated.linux_h.BPF_XOR;

import org.gotm.core.packet.FlowKeys;
import org.gotm.ffm.ebpf.EbpfAssembler;
import org.gotm.ffm.ebpf.Register;

/**
 * Writes the part of the cut program that makes the key of an IPv4 packet as the decoder does, and
 * looks it up. An end is its address and its port, 48 bits; the lower one is first.
 */
final class CutIpv4 {
  private static final int TOTAL_LENGTH = 2;
  private static final int FRAGMENT = 6;
  private static final int FRAGMENT_MASK = 0x3fff; // offset, and "more fragments"
  private static final int PROTOCOL = 9;
  private static final int SOURCE = 12;
  private static final int TARGET = 16;
  private static final int HEADER_LENGTH = 20;
  private static final int NO_OPTIONS = 0x45;
  private static final int MOST_OPTIONS = 0x4f;

  private final CutCode cut;
  private final CutTransport transport;
  private final CutMaps maps;
  private final boolean directional;
  private final EbpfAssembler code;

  CutIpv4(CutCode cut, CutTransport transport, CutMaps maps, boolean directional) {
    this.cut = cut;
    this.transport = transport;
    this.maps = maps;
    this.directional = directional;
    code = cut.code;
  }

  /** Writes it. */
  void write() {
    code.mark(cut.ipv4);
    cut.uint16(LENGTH, IPV4 + TOTAL_LENGTH);
    cut.requireLength(0);
    cut.uint16(R1, IPV4 + FRAGMENT);
    code.jump(BPF_JSET(), R1, FRAGMENT_MASK, cut.pass);
    skipOptions();
    transport.write(IPV4_TRANSPORT, IPV4 + PROTOCOL);
    takeEnd(R2, IPV4 + SOURCE, SOURCE_PORT);
    takeEnd(R3, IPV4 + TARGET, TARGET_PORT);
    code.copy(AT, R2);
    code.alu(BPF_ADD(), AT, R3);
    cut.sift(maps, R2, R3);
    if (directional) {
      code.store(LONG, R10, CutCode.FROM_SECOND, 0);
    } else {
      putInOrder();
    }
    keepKey();
    cut.lookUp(maps.ipv4());
  }

  /** If there are some, what is behind them has to be read again. */
  private void skipOptions() {
    int none = code.newLabel();
    cut.uint8(R1, IPV4);
    code.alu(BPF_SUB(), LENGTH, HEADER_LENGTH);
    code.jump(BPF_JEQ(), R1, NO_OPTIONS, none);
    code.jump(BPF_JLT, R1, NO_OPTIONS, cut.pass);
    code.jump(BPF_JGT(), R1, MOST_OPTIONS, cut.pass);
    code.alu(BPF_AND(), R1, 0x0f);
    code.alu(BPF_LSH(), R1, 2);
    code.alu(BPF_ADD(), AT, R1);
    code.alu(BPF_SUB(), R1, HEADER_LENGTH);
    code.alu(BPF_SUB(), LENGTH, R1);
    cut.take(IPV4_TRANSPORT, TRANSPORT_LENGTH);
    code.mark(none);
  }

  private void takeEnd(Register end, int address, Register port) {
    cut.uint32(end, address);
    code.alu(BPF_LSH(), end, 16);
    code.alu(BPF_OR(), end, port);
  }

  /** Which end is the higher cannot be foretold, so there is no branch for it. */
  private void putInOrder() {
    code.copy(R0, R3);
    code.alu(BPF_SUB(), R0, R2);
    code.alu(BPF_ARSH, R0, 63);
    code.store(LONG, R10, CutCode.FROM_SECOND, R0);
    code.copy(R1, R2);
    code.alu(BPF_XOR(), R1, R3);
    code.alu(BPF_AND(), R1, R0);
    code.alu(BPF_XOR(), R2, R1);
    code.alu(BPF_XOR(), R3, R1);
  }

  private void keepKey() {
    code.copy(R0, R2);
    code.alu(BPF_RSH(), R0, 16);
    code.alu(BPF_LSH(), R0, 32);
    code.copy(R1, R3);
    code.alu(BPF_RSH(), R1, 16);
    code.alu(BPF_OR(), R0, R1);
    code.store(LONG, R10, ADDRESS_0, R0);
    code.alu(BPF_LSH(), R2, 16);
    code.alu(BPF_AND(), R3, 0xffff);
    code.alu(BPF_OR(), R2, R3);
    cut.keepMeta(R2, IPV4 + PROTOCOL, FlowKeys.FAMILY_IPV4);
  }
}
