package org.gotm.ffm.ebpf;

import static org.gotm.ffm.linux.generated.linux_h.BPF_A;
import static org.gotm.ffm.linux.generated.linux_h.BPF_DIV;
import static org.gotm.ffm.linux.generated.linux_h.BPF_K;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MEMWORDS;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MOD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_ALU_XOR_X;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_MARK;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_OFF;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_PKTTYPE;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_PROTOCOL;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_VLAN_TAG;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_VLAN_TAG_PRESENT;
import static org.gotm.ffm.linux.generated.linux_h.SKF_LL_OFF;
import static org.gotm.ffm.linux.generated.linux_h.SKF_NET_OFF;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.gotm.ffm.bpf.BpfInstruction;
import org.gotm.ffm.bpf.SocketFilter;

/** Writes filters at random, of every instruction, that the kernel takes as classic BPF. */
final class RandomFilter {
  /** Longest datagram worth being sent through them. */
  static final int LONGEST_DATAGRAM = 80;

  private static final int FARTHEST_JUMP = 255;
  private static final int ALL_SLOTS = (1 << BPF_MEMWORDS()) - 1;
  private static final ClassicOpcode[] OPCODES = ClassicOpcode.values();
  private static final ClassicOpcode[] OPERATIONS = {
    ClassicOpcode.ALU, ClassicOpcode.ALU_X, ClassicOpcode.NEGATE, ClassicOpcode.COPY_X_TO_A
  };
  private static final int[] SPECIAL = {
    0, 1, 2, 3, -1, -2, Integer.MIN_VALUE, Integer.MAX_VALUE, Integer.MIN_VALUE + 1, 0xff, 0xffff
  };
  // Nothing that differs between two datagrams, nor what takes an interface.
  private static final int[] ANCILLARY = {
    SKF_AD_PROTOCOL(),
    SKF_AD_PKTTYPE(),
    SKF_AD_MARK(),
    SKF_AD_VLAN_TAG(),
    SKF_AD_VLAN_TAG_PRESENT(),
    SKF_AD_ALU_XOR_X()
  };

  private final Random random;
  private final List<BpfInstruction> instructions = new ArrayList<>();

  /** Numbers that the filter at hand has more than once. */
  private final int[] often = new int[3];

  /**
   * By instruction, the slots that were written on all ways to it: the kernel wants no others read.
   */
  private int[] written;

  RandomFilter(Random random) {
    this.random = random;
  }

  SocketFilter next() {
    int length = 1 + random.nextInt(random.nextInt(20) == 0 ? 600 : 40);
    instructions.clear();
    Arrays.setAll(often, i -> edge() + random.nextInt(2));
    written = new int[length];
    Arrays.fill(written, ALL_SLOTS);
    written[0] = 0;
    for (int at = 0; at < length - 1; at++) {
      add(at, length - at - 2);
    }
    instructions.add(
        random.nextInt(4) == 0
            ? new BpfInstruction(BPF_RET() | BPF_A(), 0, 0, 0)
            : new BpfInstruction(BPF_RET() | BPF_K(), 0, 0, kept()));
    return new SocketFilter(instructions);
  }

  /** A filter that does one operation on the edge of what 32 bits can be, and looks at it. */
  SocketFilter nextOnEdge() {
    ClassicOpcode operation = OPERATIONS[random.nextInt(OPERATIONS.length)];
    int code = any(operation);
    Arrays.setAll(often, i -> edge());
    ClassicOpcode comparison =
        random.nextBoolean() ? ClassicOpcode.COMPARE : ClassicOpcode.COMPARE_X;
    return new SocketFilter(
        List.of(
            new BpfInstruction(any(ClassicOpcode.SET_A), 0, 0, edge()),
            new BpfInstruction(any(ClassicOpcode.SET_X), 0, 0, edge()),
            new BpfInstruction(code, 0, 0, aluOperand(ClassicOpcode.operation(code))),
            new BpfInstruction(any(comparison), 0, 1, edge()),
            new BpfInstruction(BPF_RET() | BPF_K(), 0, 0, 1),
            new BpfInstruction(BPF_RET() | BPF_K(), 0, 0, 2)));
  }

  private int edge() {
    return SPECIAL[random.nextInt(SPECIAL.length)];
  }

  private int any(ClassicOpcode opcode) {
    return opcode.codes().get(random.nextInt(opcode.codes().size()));
  }

  /**
   * Adds an instruction.
   *
   * @param farthest the most that it can jump
   */
  private void add(int at, int farthest) {
    ClassicOpcode opcode = opcode(written[at]);
    int code = any(opcode);
    int k = operand(opcode, code, at, farthest);
    boolean isComparison = opcode == ClassicOpcode.COMPARE || opcode == ClassicOpcode.COMPARE_X;
    int ifTrue = isComparison ? distance(Math.min(farthest, FARTHEST_JUMP)) : 0;
    int ifFalse = isComparison ? distance(Math.min(farthest, FARTHEST_JUMP)) : 0;
    instructions.add(new BpfInstruction(code, ifTrue, ifFalse, k));
    switch (opcode) {
      case RETURN, RETURN_A -> written[at + 1] &= written[at]; // so the kernel goes on
      case JUMP -> written[at + 1 + k] &= written[at];
      case COMPARE, COMPARE_X -> {
        written[at + 1 + ifTrue] &= written[at];
        written[at + 1 + ifFalse] &= written[at];
      }
      case STORE_A, STORE_X -> written[at + 1] &= written[at] | 1 << k;
      default -> written[at + 1] &= written[at];
    }
  }

  private ClassicOpcode opcode(int slots) {
    ClassicOpcode opcode = OPCODES[random.nextInt(OPCODES.length)];
    boolean isUnwanted =
        switch (opcode) {
          case RECALL_A, RECALL_X -> slots == 0;
          case RETURN, RETURN_A, JUMP -> random.nextInt(4) != 0;
          default -> false;
        };
    if (isUnwanted) {
      return random.nextBoolean() ? ClassicOpcode.LOAD_PACKET : ClassicOpcode.COMPARE;
    }
    return opcode;
  }

  private int operand(ClassicOpcode opcode, int code, int at, int farthest) {
    return switch (opcode) {
      case LOAD_PACKET -> offset();
      case LOAD_INDEXED -> random.nextInt(8) == 0 ? word() : random.nextInt(64) - 32;
      case LOAD_HEADER_LENGTH_TO_X -> random.nextInt(40);
      case STORE_A, STORE_X -> random.nextInt(BPF_MEMWORDS());
      case RECALL_A, RECALL_X -> writtenSlot(written[at]);
      case ALU -> aluOperand(ClassicOpcode.operation(code));
      case JUMP -> distance(farthest);
      case RETURN -> kept();
      default -> word();
    };
  }

  private int offset() {
    return switch (random.nextInt(16)) {
      case 0 -> word() & Integer.MAX_VALUE; // no ancillary words that are not there
      case 1 -> SKF_NET_OFF() + random.nextInt(40);
      case 2 -> SKF_LL_OFF() + random.nextInt(40);
      case 3 -> SKF_AD_OFF() + ANCILLARY[random.nextInt(ANCILLARY.length)];
      default -> random.nextInt(40);
    };
  }

  private int writtenSlot(int slots) {
    int slot;
    do {
      slot = random.nextInt(BPF_MEMWORDS());
    } while ((slots & 1 << slot) == 0);
    return slot;
  }

  private int aluOperand(int operation) {
    if (operation == BPF_LSH() || operation == BPF_RSH()) {
      return random.nextInt(Integer.SIZE);
    }
    int operand = word();
    return operand == 0 && (operation == BPF_DIV() || operation == BPF_MOD()) ? 1 : operand;
  }

  /** Small, on an edge, anything; or one that is often used here, so that things are equal. */
  private int word() {
    return switch (random.nextInt(8)) {
      case 0 -> edge();
      case 1 -> random.nextInt() >> random.nextInt(Integer.SIZE);
      case 2, 3, 4 -> random.nextInt(40);
      default -> often[random.nextInt(often.length)];
    };
  }

  private int distance(int farthest) {
    return random.nextInt(Math.min(farthest, random.nextInt(8) == 0 ? farthest : 4) + 1);
  }

  private int kept() {
    return switch (random.nextInt(8)) {
      case 0 -> 0;
      case 1 -> SocketFilter.WHOLE_PACKET;
      case 2 -> random.nextInt();
      default -> 1 + random.nextInt(LONGEST_DATAGRAM);
    };
  }

  /** A datagram whose bytes are often those that the filters compare with, and seldom too few. */
  byte[] datagram() {
    int shortest = random.nextInt(4) == 0 ? 0 : LONGEST_DATAGRAM / 2;
    byte[] datagram = new byte[shortest + random.nextInt(LONGEST_DATAGRAM - shortest + 1)];
    random.nextBytes(datagram);
    for (int i = 0; i < datagram.length; i++) {
      if (random.nextBoolean()) {
        datagram[i] = (byte) random.nextInt(4);
      }
    }
    return datagram;
  }
}
