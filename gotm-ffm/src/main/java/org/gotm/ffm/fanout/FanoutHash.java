package org.gotm.ffm.fanout;

import static org.gotm.ffm.ebpf.Register.R3;
import static org.gotm.ffm.ebpf.Register.R4;
import static org.gotm.ffm.ebpf.Register.R5;
import static org.gotm.ffm.fanout.FanoutCode.ANSWER;
import static org.gotm.ffm.fanout.FanoutStack.SOURCE;
import static org.gotm.ffm.fanout.FanoutStack.TARGET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MUL;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_XOR;

import org.gotm.ffm.ebpf.EbpfAssembler;
import org.gotm.ffm.ebpf.Register;

/**
 * Writes the parts of the fanout program that hash. The two ends of a flow are mixed each for
 * itself and added up, so that they may change places. Uses R3 to R5.
 */
final class FanoutHash {
  /** The first of two odd multipliers, out of the golden ratio. */
  static final long MULTIPLIER_1 = 0x9e3779b97f4a7c15L;

  /** The second, the first constant of xxHash64. */
  static final long MULTIPLIER_2 = 0x9e3779b185ebca87L;

  private final FanoutCode fanout;
  private final EbpfAssembler code;

  FanoutHash(FanoutCode fanout) {
    this.fanout = fanout;
    code = fanout.code;
  }

  /** Sets the answer to the hash of the ends, each with a port, which are lost. */
  void answer(Register sourcePort, Register targetPort) {
    code.setLong(R4, MULTIPLIER_1);
    end(ANSWER, SOURCE, sourcePort);
    end(R3, TARGET, targetPort);
    code.alu(BPF_ADD(), ANSWER, R3);
    code.alu(BPF_MUL(), ANSWER, R4);
    code.alu(BPF_RSH(), ANSWER, 33);
  }

  private void end(Register to, int slot, Register port) {
    fanout.recallWord(to, slot);
    code.alu(BPF_XOR(), to, port);
    mix(to);
  }

  /** Mixes a register by the multiplier in R4. */
  void mix(Register word) {
    code.alu(BPF_MUL(), word, R4);
    code.copy(R5, word);
    code.alu(BPF_RSH(), R5, 32);
    code.alu(BPF_XOR(), word, R5);
    code.setLong(R5, MULTIPLIER_2);
    code.alu(BPF_MUL(), word, R5);
  }

  /** Folds the second half of an address into the first; the multiplier is lost. */
  void fold(Register first, Register second) {
    code.setLong(R4, MULTIPLIER_1);
    code.alu(BPF_MUL(), first, R4);
    code.alu(BPF_XOR(), first, second);
    code.alu(BPF_MUL(), first, R4);
  }
}
