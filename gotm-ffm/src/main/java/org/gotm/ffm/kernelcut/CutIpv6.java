package org.gotm.ffm.kernelcut;

import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JLE;
import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JLT;
import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JNE;
import static org.gotm.ffm.ebpf.Register.R0;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.ebpf.Register.R10;
import static org.gotm.ffm.ebpf.Register.R2;
import static org.gotm.ffm.ebpf.Register.R3;
import static org.gotm.ffm.kernelcut.CutCode.ADDRESS_0;
import static org.gotm.ffm.kernelcut.CutCode.AT;
import static org.gotm.ffm.kernelcut.CutCode.IPV6;
import static org.gotm.ffm.kernelcut.CutCode.IPV6_TRANSPORT;
import static org.gotm.ffm.kernelcut.CutCode.LENGTH;
import static org.gotm.ffm.kernelcut.CutCode.LONG;
import static org.gotm.ffm.kernelcut.CutCode.SOURCE_PORT;
import static org.gotm.ffm.kernelcut.CutCode.TARGET_PORT;
import static org.gotm.ffm.kernelcut.CutCode.TRANSPORT_LENGTH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JGT;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MUL;
import static org.gotm.ffm.linux.generated.linux_h.BPF_OR;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;

import org.gotm.core.packet.FlowKeys;
import org.gotm.ffm.ebpf.EbpfAssembler;
import org.gotm.ffm.ebpf.Register;

/**
 * Writes the part of the cut program that makes the key of an IPv6 packet as the decoder does, and
 * looks it up. What has extension headers passes.
 */
final class CutIpv6 {
  private static final int PAYLOAD_LENGTH = 4;
  private static final int NEXT_HEADER = 6;
  private static final int SOURCE = 8;
  private static final int TARGET = 24;
  private static final int HEADER_LENGTH = 40;

  private final CutCode cut;
  private final CutTransport transport;
  private final CutMaps maps;
  private final boolean directional;
  private final EbpfAssembler code;

  CutIpv6(CutCode cut, CutTransport transport, CutMaps maps, boolean directional) {
    this.cut = cut;
    this.transport = transport;
    this.maps = maps;
    this.directional = directional;
    code = cut.code;
  }

  /** Writes it. */
  void write() {
    code.mark(cut.ipv6);
    cut.take(IPV6, HEADER_LENGTH + TRANSPORT_LENGTH);
    cut.uint8(R1, IPV6);
    code.alu(BPF_RSH(), R1, 4);
    code.jump(BPF_JNE, R1, 6, cut.pass);
    cut.uint16(LENGTH, IPV6 + PAYLOAD_LENGTH);
    cut.requireLength(HEADER_LENGTH);
    transport.write(IPV6_TRANSPORT, IPV6 + NEXT_HEADER);
    addEnds();
    cut.sift(maps, SOURCE_PORT, TARGET_PORT);
    takeAddress(R0, R1, IPV6 + SOURCE);
    takeAddress(R2, R3, IPV6 + TARGET);
    code.store(LONG, R10, CutCode.FROM_SECOND, 0);
    if (!directional) {
      putInOrder();
    }
    keepAddress(R0, R1, ADDRESS_0);
    keepAddress(R2, R3, ADDRESS_0 + 2 * Long.BYTES);
    code.alu(BPF_LSH(), SOURCE_PORT, 16);
    code.alu(BPF_OR(), SOURCE_PORT, TARGET_PORT);
    cut.keepMeta(SOURCE_PORT, IPV6 + NEXT_HEADER, FlowKeys.FAMILY_IPV6);
    cut.lookUp(maps.ipv6());
  }

  private void addEnds() {
    cut.uint64(AT, IPV6 + SOURCE);
    add(IPV6 + TARGET);
    code.alu(BPF_MUL(), AT, CutSieve.UPPER_FACTOR);
    add(IPV6 + SOURCE + Long.BYTES);
    add(IPV6 + TARGET + Long.BYTES);
    code.copy(R0, SOURCE_PORT);
    code.alu(BPF_ADD(), R0, TARGET_PORT);
    code.alu(BPF_LSH(), R0, CutSieve.PORT_SHIFT);
    code.alu(BPF_ADD(), AT, R0);
  }

  private void add(int slot) {
    cut.uint64(R0, slot);
    code.alu(BPF_ADD(), AT, R0);
  }

  private void takeAddress(Register first, Register second, int slot) {
    cut.uint64(first, slot);
    cut.uint64(second, slot + Long.BYTES);
  }

  /** The lower address is first; of equal ones the lower port. */
  private void putInOrder() {
    int swap = code.newLabel();
    int ordered = code.newLabel();
    code.jump(BPF_JGT(), R0, R2, swap);
    code.jump(BPF_JLT, R0, R2, ordered);
    code.jump(BPF_JGT(), R1, R3, swap);
    code.jump(BPF_JLT, R1, R3, ordered);
    code.jump(BPF_JLE, SOURCE_PORT, TARGET_PORT, ordered);
    code.mark(swap);
    code.store(LONG, R10, CutCode.FROM_SECOND, -1);
    exchange(R0, R2);
    exchange(R1, R3);
    exchange(SOURCE_PORT, TARGET_PORT);
    code.mark(ordered);
  }

  private void exchange(Register one, Register other) {
    code.copy(AT, one);
    code.copy(one, other);
    code.copy(other, AT);
  }

  private void keepAddress(Register first, Register second, int slot) {
    code.store(LONG, R10, slot, first);
    code.store(LONG, R10, slot + Long.BYTES, second);
  }
}
