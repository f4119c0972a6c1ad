package org.gotm.ffm.ebpf;

import static org.gotm.ffm.linux.generated.linux_h.BPF_DIV;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MEMWORDS;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MOD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_OFF;

import java.util.BitSet;
import java.util.List;
import org.gotm.ffm.bpf.BpfInstruction;
import org.gotm.ffm.bpf.SocketFilter;

/**
 * A filter of classic BPF that can be had as eBPF, to be written in front of other code: a socket
 * has one program. It keeps of each packet what the classic one keeps. Immutable.
 *
 * <p>What the kernel would not take of classic BPF is refused here too, and the few things that
 * eBPF does not have. Instructions that are never come to are left out, as the verifier wants it;
 * nor are they looked at.
 */
public final class ClassicFilter {
  private final List<BpfInstruction> instructions;
  private final BitSet reached = new BitSet();

  private ClassicFilter(List<BpfInstruction> instructions) {
    this.instructions = instructions;
  }

  /**
   * The filter to be written as eBPF.
   *
   * @throws UnsupportedFilterException if it cannot be
   */
  public static ClassicFilter of(SocketFilter filter) throws UnsupportedFilterException {
    ClassicFilter classic = new ClassicFilter(filter.instructions());
    classic.check();
    return classic;
  }

  /** Jumps go forward, so that those that lead to an instruction are all before it. */
  private void check() throws UnsupportedFilterException {
    reached.set(0);
    for (int at = 0; at < instructions.size(); at++) {
      if (reached.get(at)) {
        check(at);
      }
    }
  }

  private void check(int at) throws UnsupportedFilterException {
    BpfInstruction instruction = instructions.get(at);
    ClassicOpcode opcode = ClassicOpcode.of(instruction.code());
    int k = instruction.k();
    switch (opcode) {
      case null ->
          throw new UnsupportedFilterException(
              at, "has the unknown code 0x%x".formatted(instruction.code()));
      case LOAD_PACKET -> checkAncillary(at, k);
      case ALU -> checkOperand(at, ClassicOpcode.operation(instruction.code()), k);
      case RECALL_A, RECALL_X, STORE_A, STORE_X -> checkSlot(at, k);
      default -> {}
    }
    switch (opcode) {
      case RETURN, RETURN_A -> {}
      case JUMP -> reach(at, k);
      case COMPARE, COMPARE_X -> {
        reach(at, instruction.jumpTrue());
        reach(at, instruction.jumpFalse());
      }
      default -> reach(at, 0);
    }
  }

  private static void checkAncillary(int at, int offset) throws UnsupportedFilterException {
    if (AncillaryWord.isAncillary(offset) && AncillaryWord.of(offset) == null) {
      throw new UnsupportedFilterException(
          at, "reads ancillary word %d, which eBPF does not have".formatted(offset - SKF_AD_OFF()));
    }
  }

  private static void checkOperand(int at, int operation, int operand)
      throws UnsupportedFilterException {
    if ((operation == BPF_DIV() || operation == BPF_MOD()) && operand == 0) {
      throw new UnsupportedFilterException(at, "divides by 0");
    }
    if ((operation == BPF_LSH() || operation == BPF_RSH())
        && Integer.compareUnsigned(operand, Integer.SIZE) >= 0) {
      throw new UnsupportedFilterException(at, "shifts by more than 31 bits");
    }
  }

  private static void checkSlot(int at, int slot) throws UnsupportedFilterException {
    if (Integer.compareUnsigned(slot, BPF_MEMWORDS()) >= 0) {
      throw new UnsupportedFilterException(at, "uses memory that is not there");
    }
  }

  /** Notes what comes after an instruction. A distance is without sign: one back is very long. */
  private void reach(int at, int distance) throws UnsupportedFilterException {
    long target = at + 1 + Integer.toUnsignedLong(distance);
    if (target >= instructions.size()) {
      throw new UnsupportedFilterException(at, "goes back, or behind the end");
    }
    reached.set((int) target);
  }

  /**
   * True if it cannot keep any packet: what is behind it would never be come to, so it is not to be
   * written, but {@code SocketFilter.keep(0)} attached.
   */
  public boolean keepsNothing() {
    return reached.stream().noneMatch(at -> mayKeep(instructions.get(at)));
  }

  private static boolean mayKeep(BpfInstruction instruction) {
    ClassicOpcode opcode = ClassicOpcode.of(instruction.code());
    return opcode == ClassicOpcode.RETURN_A
        || opcode == ClassicOpcode.RETURN && instruction.k() != 0;
  }

  /**
   * Writes the filter. What is written next is come to if it keeps the packet. If not, the program
   * goes to a label; or it ends with 0 at once where the filter reads what is not in the packet.
   *
   * <p>The context has to be in R6 and stays there. R0 to R5, R7, R8 and the first 64 bytes of the
   * stack (R10 - 64 to R10 - 1) are lost.
   *
   * @param accepted is set to the number of bytes to keep, not 0, of 32 bits without sign: R9
   * @param reject where to go with other packets; not all filters do
   * @throws IllegalStateException if it {@link #keepsNothing}
   */
  public void write(EbpfAssembler code, Register accepted, int reject) {
    if (keepsNothing()) {
      throw new IllegalStateException("a filter that keeps nothing has nothing behind it");
    }
    new ClassicFilterWriter(code, instructions, reached, accepted, reject).write();
  }
}
