package org.gotm.ffm.ebpf;

import static org.gotm.ffm.linux.generated.linux_h.BPF_AND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_B;
import static org.gotm.ffm.linux.generated.linux_h.BPF_DIV;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JGE;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JGT;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JSET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MEMWORDS;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MOD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_NEG;
import static org.gotm.ffm.linux.generated.linux_h.BPF_W;

import java.util.BitSet;
import java.util.List;
import org.gotm.ffm.bpf.BpfInstruction;

/**
 * Writes a checked filter of classic BPF as eBPF. A and X are numbers of 32 bits whose upper halves
 * are 0, so comparisons may be of 64 bits.
 */
final class ClassicFilterWriter {
  static final Register A = Register.R0;
  static final Register X = Register.R7;
  static final Register CONTEXT = Register.R6;

  private static final Register KEPT_A = Register.R8;
  private static final Register OPERAND = Register.R1;

  private static final int SLOTS = -BPF_MEMWORDS() * Integer.BYTES;

  private final EbpfAssembler code;
  private final List<BpfInstruction> instructions;
  private final BitSet reached;
  private final Register accepted;
  private final int reject;
  private final int accept;
  private final int[] labels;

  ClassicFilterWriter(
      EbpfAssembler code,
      List<BpfInstruction> instructions,
      BitSet reached,
      Register accepted,
      int reject) {
    this.code = code;
    this.instructions = instructions;
    this.reached = reached;
    this.accepted = accepted;
    this.reject = reject;
    accept = code.newLabel();
    labels = instructions.stream().mapToInt(instruction -> code.newLabel()).toArray();
  }

  void write() {
    code.setWord(A, 0);
    code.setWord(X, 0);
    clearSlots();
    reached.stream()
        .forEach(
            at -> {
              code.mark(labels[at]);
              write(at, instructions.get(at));
            });
    code.mark(accept);
  }

  /** The slots that are read begin as 0: the verifier has to see that they are written. */
  private void clearSlots() {
    reached.stream()
        .mapToObj(instructions::get)
        .filter(ClassicFilterWriter::isRecall)
        .mapToInt(BpfInstruction::k)
        .distinct()
        .forEach(slot -> code.store(BPF_W(), Register.R10, stack(slot), 0));
  }

  private static boolean isRecall(BpfInstruction instruction) {
    ClassicOpcode opcode = ClassicOpcode.of(instruction.code());
    return opcode == ClassicOpcode.RECALL_A || opcode == ClassicOpcode.RECALL_X;
  }

  private static int stack(int slot) {
    return SLOTS + slot * Integer.BYTES;
  }

  private void write(int at, BpfInstruction instruction) {
    int k = instruction.k();
    int size = ClassicOpcode.size(instruction.code());
    int operation = ClassicOpcode.operation(instruction.code());
    switch (ClassicOpcode.of(instruction.code())) {
      case LOAD_PACKET -> loadPacket(size, k);
      case LOAD_INDEXED -> code.loadPacket(size, X, k);
      case LOAD_LENGTH -> code.load(BPF_W(), A, CONTEXT, SocketBuffer.LENGTH);
      case SET_A -> code.setWord(A, k);
      case RECALL_A -> code.load(BPF_W(), A, Register.R10, stack(k));
      case LOAD_HEADER_LENGTH_TO_X -> loadHeaderLength(k);
      case LOAD_LENGTH_TO_X -> code.load(BPF_W(), X, CONTEXT, SocketBuffer.LENGTH);
      case SET_X -> code.setWord(X, k);
      case RECALL_X -> code.load(BPF_W(), X, Register.R10, stack(k));
      case STORE_A -> code.store(BPF_W(), Register.R10, stack(k), A);
      case STORE_X -> code.store(BPF_W(), Register.R10, stack(k), X);
      case ALU -> code.aluWord(operation, A, k);
      case ALU_X -> aluX(operation);
      case NEGATE -> code.aluWord(BPF_NEG(), A, 0);
      case JUMP -> goOn(at, at + 1 + k);
      case COMPARE, COMPARE_X -> compare(at, instruction, operation);
      case COPY_A_TO_X -> code.copyWord(X, A);
      case COPY_X_TO_A -> code.copyWord(A, X);
      case RETURN -> returnConstant(at, k);
      case RETURN_A -> returnA(at);
    }
  }

  private void loadPacket(int size, int offset) {
    if (AncillaryWord.isAncillary(offset)) {
      AncillaryWord.of(offset).write(code);
    } else {
      code.loadPacket(size, offset);
    }
  }

  /** X: the length of an IPv4 header. */
  private void loadHeaderLength(int offset) {
    code.copyWord(KEPT_A, A);
    code.loadPacket(BPF_B(), offset);
    code.aluWord(BPF_AND(), A, 0x0f);
    code.aluWord(BPF_LSH(), A, 2);
    code.copyWord(X, A);
    code.copyWord(A, KEPT_A);
  }

  /** Who divides by 0 keeps nothing. */
  private void aluX(int operation) {
    if (operation == BPF_DIV() || operation == BPF_MOD()) {
      code.jump(BPF_JEQ(), X, 0, reject);
    }
    code.aluWord(operation, A, X);
  }

  private void goOn(int at, int target) {
    if (target != next(at)) {
      code.jump(labels[target]);
    }
  }

  /** What is written next, or -1. */
  private int next(int at) {
    return reached.nextSetBit(at + 1);
  }

  private void compare(int at, BpfInstruction instruction, int comparison) {
    int ifTrue = at + 1 + instruction.jumpTrue();
    int ifFalse = at + 1 + instruction.jumpFalse();
    if (ifTrue == ifFalse) {
      goOn(at, ifTrue);
    } else if (ifTrue == next(at) && comparison != BPF_JSET()) {
      jump(opposite(comparison), instruction, ifFalse);
    } else {
      jump(comparison, instruction, ifTrue);
      goOn(at, ifFalse);
    }
  }

  /** A constant of the jump itself would be extended by its sign. */
  private void jump(int comparison, BpfInstruction instruction, int target) {
    int k = instruction.k();
    if (ClassicOpcode.of(instruction.code()) == ClassicOpcode.COMPARE_X) {
      code.jump(comparison, A, X, labels[target]);
    } else if (k >= 0) {
      code.jump(comparison, A, k, labels[target]);
    } else {
      code.setWord(OPERAND, k);
      code.jump(comparison, A, OPERAND, labels[target]);
    }
  }

  private static int opposite(int comparison) {
    if (comparison == BPF_JGT()) {
      return EbpfAssembler.BPF_JLE;
    }
    return comparison == BPF_JGE() ? EbpfAssembler.BPF_JLT : EbpfAssembler.BPF_JNE;
  }

  private void returnConstant(int at, int kept) {
    if (kept == 0) {
      code.jump(reject);
      return;
    }
    code.setWord(accepted, kept);
    leave(at);
  }

  private void returnA(int at) {
    code.jump(BPF_JEQ(), A, 0, reject);
    code.copyWord(accepted, A);
    leave(at);
  }

  /** Goes behind the filter. */
  private void leave(int at) {
    if (next(at) >= 0) {
      code.jump(accept);
    }
  }
}
