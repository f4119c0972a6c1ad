package org.gotm.ffm.bpf;

import static org.gotm.ffm.linux.generated.linux_h.BPF_A;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ABS;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ALU;
import static org.gotm.ffm.linux.generated.linux_h.BPF_IMM;
import static org.gotm.ffm.linux.generated.linux_h.BPF_IND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JA;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JMP;
import static org.gotm.ffm.linux.generated.linux_h.BPF_K;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LDX;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MEM;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MISC;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ST;
import static org.gotm.ffm.linux.generated.linux_h.BPF_STX;
import static org.gotm.ffm.linux.generated.linux_h.BPF_TAX;
import static org.gotm.ffm.linux.generated.linux_h.BPF_TXA;
import static org.gotm.ffm.linux.generated.linux_h.BPF_X;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes classic BPF with labels in place of jump distances. One thread.
 *
 * <p>A label stands for one place; jumps go forward only, as BPF wants, at most 255 instructions if
 * they have a condition.
 */
final class BpfAssembler {
  /** The place right after the instruction. */
  static final int NEXT = -1;

  private static final int FARTHEST_JUMP = 255;

  private record Line(int code, int k, int ifTrue, int ifFalse) {}

  private final List<Line> lines = new ArrayList<>();
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
    places[label] = lines.size();
  }

  private void add(int code, int k) {
    lines.add(new Line(code, k, NEXT, NEXT));
  }

  /** A: a constant. */
  void setA(int value) {
    add(BPF_LD() | BPF_IMM(), value);
  }

  /** X: a constant. */
  void setX(int value) {
    add(BPF_LDX() | BPF_IMM(), value);
  }

  /** X: A. */
  void copyAToX() {
    add(BPF_MISC() | BPF_TAX(), 0);
  }

  /** A: X. */
  void copyXToA() {
    add(BPF_MISC() | BPF_TXA(), 0);
  }

  /** Keeps A in scratch memory. */
  void storeA(int slot) {
    add(BPF_ST(), slot);
  }

  /** Keeps X in scratch memory. */
  void storeX(int slot) {
    add(BPF_STX(), slot);
  }

  /** A: what was kept. */
  void recallA(int slot) {
    add(BPF_LD() | BPF_MEM(), slot);
  }

  /** X: what was kept. */
  void recallX(int slot) {
    add(BPF_LDX() | BPF_MEM(), slot);
  }

  /** Adds a constant to X; A stays, by way of a slot of scratch memory. */
  void moveX(int distance, int slot) {
    storeA(slot);
    copyXToA();
    alu(BPF_ADD(), distance);
    copyAToX();
    recallA(slot);
  }

  /** A: a number in the packet, or an ancillary word. */
  void load(int size, int offset) {
    add(BPF_LD() | size | BPF_ABS(), offset);
  }

  /** A: a number in the packet, X bytes further on. */
  void loadIndexed(int size, int offset) {
    add(BPF_LD() | size | BPF_IND(), offset);
  }

  /** Changes A by a constant. */
  void alu(int operation, int operand) {
    add(BPF_ALU() | operation | BPF_K(), operand);
  }

  /** Changes A by X. */
  void aluX(int operation) {
    add(BPF_ALU() | operation | BPF_X(), 0);
  }

  /** Compares A with a constant. */
  void jump(int comparison, int operand, int ifTrue, int ifFalse) {
    lines.add(new Line(BPF_JMP() | comparison | BPF_K(), operand, ifTrue, ifFalse));
  }

  /** Goes to a label however far. */
  void jump(int label) {
    lines.add(new Line(BPF_JMP() | BPF_JA(), 0, label, NEXT));
  }

  /** Ends the program with a constant. */
  void ret(int value) {
    add(BPF_RET() | BPF_K(), value);
  }

  /** Ends the program with A. */
  void retA() {
    add(BPF_RET() | BPF_A(), 0);
  }

  /** The instructions with their jumps resolved. */
  BpfInstruction[] assemble() {
    BpfInstruction[] program = new BpfInstruction[lines.size()];
    for (int i = 0; i < program.length; i++) {
      Line line = lines.get(i);
      boolean always = line.code == (BPF_JMP() | BPF_JA());
      int ifTrue = distance(i, line.ifTrue);
      program[i] =
          always
              ? new BpfInstruction(line.code, 0, 0, ifTrue)
              : new BpfInstruction(
                  line.code, near(i, ifTrue), near(i, distance(i, line.ifFalse)), line.k);
    }
    return program;
  }

  private int distance(int from, int label) {
    if (label == NEXT) {
      return 0;
    }
    int distance = places[label] - from - 1;
    if (distance < 0) {
      throw new IllegalStateException("instruction %d jumps to no later place".formatted(from));
    }
    return distance;
  }

  private static int near(int from, int distance) {
    if (distance > FARTHEST_JUMP) {
      throw new IllegalStateException("instruction %d jumps too far".formatted(from));
    }
    return distance;
  }
}
