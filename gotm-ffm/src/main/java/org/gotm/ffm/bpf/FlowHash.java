package org.gotm.ffm.bpf;

import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MUL;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_XOR;

/**
 * Writes the part of a BPF program that hashes: words mixed one by one and added up, so that the
 * ends of a flow may change places. Each step uses A and X.
 */
final class FlowHash {
  private static final int MULTIPLIER_1 = 0x9e3779b1;
  private static final int MULTIPLIER_2 = 0x85ebca77;
  private static final int SHIFT = 15;

  private final BpfAssembler code;
  private final int slot;

  /**
   * A hash that is kept in scratch memory.
   *
   * @param slot where, 0 to 15
   */
  FlowHash(BpfAssembler code, int slot) {
    this.code = code;
    this.slot = slot;
  }

  /** Begins with what is in A. */
  void start() {
    mix();
    code.storeA(slot);
  }

  /** Adds what is in A. */
  void add() {
    mix();
    code.recallX(slot);
    code.aluX(BPF_ADD());
    code.storeA(slot);
  }

  /** Ends the program; the kernel takes the remainder of its answer by the number of sockets. */
  void answer() {
    code.recallA(slot);
    mix();
    code.alu(BPF_RSH(), SHIFT);
    code.retA();
  }

  /** Mixes an address word in A with the part before it, which is in X. */
  void fold() {
    code.aluX(BPF_XOR());
    code.alu(BPF_MUL(), MULTIPLIER_1);
  }

  private void mix() {
    code.alu(BPF_MUL(), MULTIPLIER_1);
    code.copyAToX();
    code.alu(BPF_RSH(), SHIFT);
    code.aluX(BPF_XOR());
    code.alu(BPF_MUL(), MULTIPLIER_2);
  }
}
