package org.gotm.ffm.ebpf;

import static org.gotm.ffm.linux.generated.linux_h.BPF_A;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ABS;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ALU;
import static org.gotm.ffm.linux.generated.linux_h.BPF_AND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_B;
import static org.gotm.ffm.linux.generated.linux_h.BPF_DIV;
import static org.gotm.ffm.linux.generated.linux_h.BPF_H;
import static org.gotm.ffm.linux.generated.linux_h.BPF_IMM;
import static org.gotm.ffm.linux.generated.linux_h.BPF_IND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JA;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JGE;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JGT;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JMP;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JSET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_K;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LDX;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LEN;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MEM;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MISC;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MOD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MUL;
import static org.gotm.ffm.linux.generated.linux_h.BPF_NEG;
import static org.gotm.ffm.linux.generated.linux_h.BPF_OR;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ST;
import static org.gotm.ffm.linux.generated.linux_h.BPF_STX;
import static org.gotm.ffm.linux.generated.linux_h.BPF_SUB;
import static org.gotm.ffm.linux.generated.linux_h.BPF_TAX;
import static org.gotm.ffm.linux.generated.linux_h.BPF_TXA;
import static org.gotm.ffm.linux.generated.linux_h.BPF_W;
import static org.gotm.ffm.linux.generated.linux_h.BPF_X;
import static org.gotm.ffm.linux.generated.linux_h.BPF_XOR;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What an instruction of classic BPF does; those of one kind differ in their size, operation or
 * comparison. Source: linux/filter.h, and the list of what a socket takes in net/core/filter.c.
 */
enum ClassicOpcode {
  LOAD_PACKET(BPF_LD() | BPF_ABS(), sizes()),
  LOAD_INDEXED(BPF_LD() | BPF_IND(), sizes()),
  LOAD_LENGTH(BPF_LD() | BPF_W() | BPF_LEN()),
  SET_A(BPF_LD() | BPF_IMM()),
  RECALL_A(BPF_LD() | BPF_MEM()),
  LOAD_HEADER_LENGTH_TO_X(BPF_LDX() | BPF_B() | BPF_MSH()),
  LOAD_LENGTH_TO_X(BPF_LDX() | BPF_W() | BPF_LEN()),
  SET_X(BPF_LDX() | BPF_IMM()),
  RECALL_X(BPF_LDX() | BPF_MEM()),
  STORE_A(BPF_ST()),
  STORE_X(BPF_STX()),
  ALU(BPF_ALU() | BPF_K(), operations()),
  ALU_X(BPF_ALU() | BPF_X(), operations()),
  NEGATE(BPF_ALU() | BPF_NEG()),
  JUMP(BPF_JMP() | BPF_JA()),
  COMPARE(BPF_JMP() | BPF_K(), comparisons()),
  COMPARE_X(BPF_JMP() | BPF_X(), comparisons()),
  COPY_A_TO_X(BPF_MISC() | BPF_TAX()),
  COPY_X_TO_A(BPF_MISC() | BPF_TXA()),
  RETURN(BPF_RET() | BPF_K()),
  RETURN_A(BPF_RET() | BPF_A());

  private static final int SIZE_MASK = 0x18;
  private static final int OPERATION_MASK = 0xf0;
  private static final Map<Integer, ClassicOpcode> BY_CODE = byCode();

  private final List<Integer> codes;

  ClassicOpcode(int code, int... variants) {
    codes =
        variants.length == 0
            ? List.of(code)
            : IntStream.of(variants).map(variant -> code | variant).boxed().toList();
  }

  private static int[] sizes() {
    return new int[] {BPF_B(), BPF_H(), BPF_W()};
  }

  private static int[] operations() {
    return new int[] {
      BPF_ADD(), BPF_SUB(), BPF_MUL(), BPF_DIV(), BPF_MOD(), BPF_AND(), BPF_OR(), BPF_XOR(),
      BPF_LSH(), BPF_RSH()
    };
  }

  private static int[] comparisons() {
    return new int[] {BPF_JEQ(), BPF_JGT(), BPF_JGE(), BPF_JSET()};
  }

  private static Map<Integer, ClassicOpcode> byCode() {
    Map<Integer, ClassicOpcode> byCode = new HashMap<>();
    for (ClassicOpcode opcode : values()) {
      opcode.codes.forEach(code -> byCode.put(code, opcode));
    }
    return byCode;
  }

  /** What a code stands for, or null if the kernel does not know it. */
  static ClassicOpcode of(int code) {
    return BY_CODE.get(code);
  }

  /** The codes of its instructions. */
  List<Integer> codes() {
    return codes;
  }

  /** The size in the code of one that loads. */
  static int size(int code) {
    return code & SIZE_MASK;
  }

  /** The operation or comparison in the code of one that has some. */
  static int operation(int code) {
    return code & OPERATION_MASK;
  }
}
