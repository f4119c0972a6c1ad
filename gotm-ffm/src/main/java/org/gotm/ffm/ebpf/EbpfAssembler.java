package org.gotm.ffm.ebpf;

import static org.gotm.ffm.linux.generated.linux_h.BPF_ABS;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ALU;
import static org.gotm.ffm.linux.generated.linux_h.BPF_H;
import static org.gotm.ffm.linux.generated.linux_h.BPF_IMM;
import static org.gotm.ffm.linux.generated.linux_h.BPF_IND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JA;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JMP;
import static org.gotm.ffm.linux.generated.linux_h.BPF_K;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LDX;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MEM;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ST;
import static org.gotm.ffm.linux.generated.linux_h.BPF_STX;
import static org.gotm.ffm.linux.generated.linux_h.BPF_W;
import static org.gotm.ffm.linux.generated.linux_h.BPF_X;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes eBPF with labels in place of jump distances. One thread.
 *
 * <p>Arithmetic, where nothing else is said, and comparisons are of 64 bits, a constant is extended
 * by its sign, and comparisons are without sign. A jump may lead back, which kernels take since
 * Linux 5.3 if they can tell that the loop ends. An instruction is a word of 8 bytes:
 *
 * <pre>
 *   0         8       12       16       32                63
 *   +---------+--------+--------+--------+------------------+
 *   | opcode  | target | source | offset | constant         |
 *   +---------+--------+--------+--------+------------------+
 * </pre>
 *
 * Source: Documentation/bpf/standardization/instruction-set.rst of Linux, linux/bpf.h.
 */
public final class EbpfAssembler {
  // What eBPF has beyond classic BPF, in linux/bpf.h.
  private static final int BPF_ALU64 = 0x07;
  private static final int BPF_MOV = 0xb0;
  private static final int BPF_TO_BE = 0xd8;
  private static final int BPF_CALL = 0x80;
  private static final int BPF_EXIT = 0x90;
  private static final int BPF_PSEUDO_MAP_FD = 1;
  private static final int BPF_PSEUDO_MAP_VALUE = 2;
  private static final int BPF_ATOMIC = 0xc0;

  /** Size: 8 bytes, in linux/bpf.h. */
  public static final int BPF_DW = 0x18;

  /** Comparison: not equal. */
  public static final int BPF_JNE = 0x50;

  /** Comparison: less. */
  public static final int BPF_JLT = 0xa0;

  /** Comparison: less or equal. */
  public static final int BPF_JLE = 0xb0;

  /** Comparison: greater, with sign. */
  public static final int BPF_JSGT = 0x60;

  /** Comparison: less, with sign. */
  public static final int BPF_JSLT = 0xc0;

  /** Comparison: less or equal, with sign. */
  public static final int BPF_JSLE = 0xd0;

  /** Operation: shift to the right, with sign. */
  public static final int BPF_ARSH = 0xc0;

  private record Jump(int from, int label) {}

  private final List<Long> words = new ArrayList<>();
  private final List<Jump> jumps = new ArrayList<>();
  private int[] places = new int[16];
  private int labels;

  /** A program without an instruction. */
  public EbpfAssembler() {}

  /** A label that stands for no place yet. */
  public int newLabel() {
    if (labels == places.length) {
      places = Arrays.copyOf(places, 2 * labels);
    }
    places[labels] = -1;
    return labels++;
  }

  /** Makes a label stand for the next instruction. */
  public void mark(int label) {
    places[label] = words.size();
  }

  /** True if a jump to the label was written: what is behind it can be reached. */
  public boolean isJumpedTo(int label) {
    return jumps.stream().anyMatch(jump -> jump.label == label);
  }

  private void add(int opcode, int target, int source, int offset, int constant) {
    words.add(
        opcode
            | (long) target << 8
            | (long) source << 12
            | (offset & 0xffffL) << 16
            | (long) constant << 32);
  }

  /** Sets a register to a constant. */
  public void set(Register target, int value) {
    alu(BPF_MOV, target, value);
  }

  /** Sets a register to a constant of 64 bits. */
  public void setLong(Register target, long value) {
    addLong(target, 0, value);
  }

  /** Sets a register to what the kernel knows a map by, to be passed to its functions. */
  public void setMap(Register target, BpfMap map) {
    addLong(target, BPF_PSEUDO_MAP_FD, map.fd());
  }

  /**
   * Sets a register to the address of the only value of a map, an array.
   *
   * @param offset of a byte in the value
   */
  public void setMapValue(Register target, BpfMap map, int offset) {
    add(BPF_LD() | BPF_IMM() | BPF_DW, target.ordinal(), BPF_PSEUDO_MAP_VALUE, 0, map.fd());
    add(0, 0, 0, 0, offset);
  }

  private void addLong(Register target, int source, long value) {
    add(BPF_LD() | BPF_IMM() | BPF_DW, target.ordinal(), source, 0, (int) value);
    add(0, 0, 0, 0, (int) (value >>> 32));
  }

  /** Sets a register to what is in another one. */
  public void copy(Register target, Register source) {
    alu(BPF_MOV, target, source);
  }

  /** Changes a register by a constant. */
  public void alu(int operation, Register target, int operand) {
    add(BPF_ALU64 | operation | BPF_K(), target.ordinal(), 0, 0, operand);
  }

  /** Changes a register by another one. */
  public void alu(int operation, Register target, Register operand) {
    add(BPF_ALU64 | operation | BPF_X(), target.ordinal(), operand.ordinal(), 0, 0);
  }

  /** Changes the lower 32 bits of a register by a constant; the upper ones become 0. */
  public void aluWord(int operation, Register target, int operand) {
    add(BPF_ALU() | operation | BPF_K(), target.ordinal(), 0, 0, operand);
  }

  /** Changes the lower 32 bits of a register by those of another one; the upper ones become 0. */
  public void aluWord(int operation, Register target, Register operand) {
    add(BPF_ALU() | operation | BPF_X(), target.ordinal(), operand.ordinal(), 0, 0);
  }

  /** Sets a register to a constant of 32 bits without sign. */
  public void setWord(Register target, int value) {
    aluWord(BPF_MOV, target, value);
  }

  /** Sets a register to the lower 32 bits of another one, without sign. */
  public void copyWord(Register target, Register source) {
    aluWord(BPF_MOV, target, source);
  }

  /**
   * Makes the lowest bits of a register the number that they are in network byte order; the others
   * are 0.
   *
   * @param bits 16, 32 or 64
   */
  public void fromNetwork(Register target, int bits) {
    add(BPF_ALU() | BPF_TO_BE, target.ordinal(), 0, 0, bits);
  }

  /** Reads memory; a number of fewer than 64 bits is without sign. */
  public void load(int size, Register target, Register base, int offset) {
    add(BPF_LDX() | BPF_MEM() | size, target.ordinal(), base.ordinal(), offset, 0);
  }

  /**
   * Reads a number in network byte order, without sign.
   *
   * @param bits 16, 32 or 64
   */
  public void loadNumber(int bits, Register target, Register base, int offset) {
    load(bits == 16 ? BPF_H() : bits == 32 ? BPF_W() : BPF_DW, target, base, offset);
    fromNetwork(target, bits);
  }

  /**
   * Copies bytes of the packet to the stack; R0 is 0 if they are there. Loses R1 to R5.
   *
   * @param at has where they begin in the packet
   * @param slot where to, below R10
   */
  public void loadBytes(Register context, Register at, int slot, int bytes) {
    copy(Register.R1, context);
    copy(Register.R2, at);
    copy(Register.R3, Register.R10);
    alu(BPF_ADD(), Register.R3, slot);
    set(Register.R4, bytes);
    call(KernelFunction.LOAD_BYTES);
  }

  /** Writes memory. */
  public void store(int size, Register base, int offset, Register source) {
    add(BPF_STX() | BPF_MEM() | size, base.ordinal(), source.ordinal(), offset, 0);
  }

  /** Writes a constant to memory; one of 64 bits is extended by its sign. */
  public void store(int size, Register base, int offset, int value) {
    add(BPF_ST() | BPF_MEM() | size, base.ordinal(), 0, offset, value);
  }

  /** Adds to 64 bits of memory in one step, whoever else does. */
  public void addAtomic(Register base, int offset, Register amount) {
    add(BPF_STX() | BPF_ATOMIC | BPF_DW, base.ordinal(), amount.ordinal(), offset, 0);
  }

  /**
   * Reads from the packet into R0, as a number in network byte order, and loses R1 to R5; the
   * context must be in R6. <b>Ends the program with 0</b> if that is not in the packet.
   */
  public void loadPacket(int size, int offset) {
    add(BPF_LD() | BPF_ABS() | size, 0, 0, 0, offset);
  }

  /** The same at an offset to a register. */
  public void loadPacket(int size, Register base, int offset) {
    add(BPF_LD() | BPF_IND() | size, 0, base.ordinal(), 0, offset);
  }

  /** Goes to a label if a register compares so with a constant. */
  public void jump(int comparison, Register left, int right, int label) {
    jumps.add(new Jump(words.size(), label));
    add(BPF_JMP() | comparison | BPF_K(), left.ordinal(), 0, 0, right);
  }

  /** Goes to a label if a register compares so with another one. */
  public void jump(int comparison, Register left, Register right, int label) {
    jumps.add(new Jump(words.size(), label));
    add(BPF_JMP() | comparison | BPF_X(), left.ordinal(), right.ordinal(), 0, 0);
  }

  /** Goes to a label. */
  public void jump(int label) {
    jumps.add(new Jump(words.size(), label));
    add(BPF_JMP() | BPF_JA(), 0, 0, 0, 0);
  }

  /** Calls a function of the kernel. */
  public void call(KernelFunction function) {
    add(BPF_JMP() | BPF_CALL, 0, 0, 0, function.number());
  }

  /** Ends the program with what is in R0. */
  public void exit() {
    add(BPF_JMP() | BPF_EXIT, 0, 0, 0, 0);
  }

  /** The instructions with their jumps resolved. */
  public long[] assemble() {
    long[] program = words.stream().mapToLong(Long::longValue).toArray();
    for (Jump jump : jumps) {
      program[jump.from] |= (distance(jump) & 0xffffL) << 16;
    }
    return program;
  }

  private int distance(Jump jump) {
    int place = places[jump.label];
    int distance = place - jump.from - 1;
    if (place < 0 || distance != (short) distance) {
      throw new IllegalStateException(
          "instruction %d jumps to no place, or too far".formatted(jump.from));
    }
    return distance;
  }
}
