package org.gotm.ffm.ebpf;

import static org.gotm.ffm.linux.generated.linux_h.BPF_ALU;
import static org.gotm.ffm.linux.generated.linux_h.BPF_IMM;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JA;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JMP;
import static org.gotm.ffm.linux.generated.linux_h.BPF_K;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LDX;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MEM;
import static org.gotm.ffm.linux.generated.linux_h.BPF_STX;
import static org.gotm.ffm.linux.generated.linux_h.BPF_X;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes eBPF with labels in place of jump distances. One thread.
 *
 * <p>Arithmetic and comparisons are of 64 bits, a constant is extended by its sign, and comparisons
 * are without sign. A jump may lead back, which kernels take since Linux 5.3 if they can tell that
 * the loop ends. An instruction is a word of 8 bytes:
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
final class EbpfAssembler {
  // What eBPF has beyond classic BPF, in linux/bpf.h.
  private static final int BPF_ALU64 = 0x07;
  private static final int BPF_DW = 0x18;
  private static final int BPF_MOV = 0xb0;
  private static final int BPF_TO_BE = 0xd8;
  private static final int BPF_CALL = 0x80;
  private static final int BPF_EXIT = 0x90;
  private static final int BPF_PSEUDO_MAP_FD = 1;

  /** Comparison: not equal. */
  static final int BPF_JNE = 0x50;

  /** Comparison: less. */
  static final int BPF_JLT = 0xa0;

  /** Comparison: less or equal. */
  static final int BPF_JLE = 0xb0;

  /** Comparison: greater, with sign. */
  static final int BPF_JSGT = 0x60;

  private record Jump(int from, int label) {}

  private final List<Long> words = new ArrayList<>();
  private final List<Jump> jumps = new ArrayList<>();
  private int[] places = new int[16];
  private int labels;

  /** A label that stands for no place yet. */
  int newLabel() {
    if (labels == places.length) {
      places = Arrays.copyOf(places, 2 * labels);
    }
    places[labels] = -1;
    return labels++;
  }

  /** Makes a label stand for the next instruction. */
  void mark(int label) {
    places[label] = words.size();
  }

  /** True if a jump to the label was written: what is behind it can be reached. */
  boolean isJumpedTo(int label) {
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
  void set(Register target, int value) {
    alu(BPF_MOV, target, value);
  }

  /** Sets a register to a constant of 64 bits. */
  void setLong(Register target, long value) {
    addLong(target, 0, value);
  }

  /** Sets a register to what the kernel knows a map by, to be passed to its functions. */
  void setMap(Register target, BpfMap map) {
    addLong(target, BPF_PSEUDO_MAP_FD, map.fd());
  }

  private void addLong(Register target, int source, long value) {
    add(BPF_LD() | BPF_IMM() | BPF_DW, target.ordinal(), source, 0, (int) value);
    add(0, 0, 0, 0, (int) (value >>> 32));
  }

  /** Sets a register to what is in another one. */
  void copy(Register target, Register source) {
    alu(BPF_MOV, target, source);
  }

  /** Changes a register by a constant. */
  void alu(int operation, Register target, int operand) {
    add(BPF_ALU64 | operation | BPF_K(), target.ordinal(), 0, 0, operand);
  }

  /** Changes a register by another one. */
  void alu(int operation, Register target, Register operand) {
    add(BPF_ALU64 | operation | BPF_X(), target.ordinal(), operand.ordinal(), 0, 0);
  }

  /**
   * Makes the lowest bits of a register the number that they are in network byte order; the others
   * are 0.
   *
   * @param bits 16, 32 or 64
   */
  void fromNetwork(Register target, int bits) {
    add(BPF_ALU() | BPF_TO_BE, target.ordinal(), 0, 0, bits);
  }

  /** Reads memory; a number of fewer than 64 bits is without sign. */
  void load(int size, Register target, Register base, int offset) {
    add(BPF_LDX() | BPF_MEM() | size, target.ordinal(), base.ordinal(), offset, 0);
  }

  /** Writes memory. */
  void store(int size, Register base, int offset, Register source) {
    add(BPF_STX() | BPF_MEM() | size, base.ordinal(), source.ordinal(), offset, 0);
  }

  /** Goes to a label if a register compares so with a constant. */
  void jump(int comparison, Register left, int right, int label) {
    jumps.add(new Jump(words.size(), label));
    add(BPF_JMP() | comparison | BPF_K(), left.ordinal(), 0, 0, right);
  }

  /** Goes to a label if a register compares so with another one. */
  void jump(int comparison, Register left, Register right, int label) {
    jumps.add(new Jump(words.size(), label));
    add(BPF_JMP() | comparison | BPF_X(), left.ordinal(), right.ordinal(), 0, 0);
  }

  /** Goes to a label. */
  void jump(int label) {
    jumps.add(new Jump(words.size(), label));
    add(BPF_JMP() | BPF_JA(), 0, 0, 0, 0);
  }

  /** Calls a function of the kernel. */
  void call(KernelFunction function) {
    add(BPF_JMP() | BPF_CALL, 0, 0, 0, function.number());
  }

  /** Ends the program with what is in R0. */
  void exit() {
    add(BPF_JMP() | BPF_EXIT, 0, 0, 0, 0);
  }

  /** The instructions with their jumps resolved. */
  long[] assemble() {
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
