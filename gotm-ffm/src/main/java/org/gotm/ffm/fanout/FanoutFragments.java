package org.gotm.ffm.fanout;

import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JLE;
import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JNE;
import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JSGT;
import static org.gotm.ffm.ebpf.Register.R0;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.ebpf.Register.R10;
import static org.gotm.ffm.ebpf.Register.R2;
import static org.gotm.ffm.ebpf.Register.R3;
import static org.gotm.ffm.ebpf.Register.R4;
import static org.gotm.ffm.ebpf.Register.R7;
import static org.gotm.ffm.ebpf.Register.R8;
import static org.gotm.ffm.fanout.FanoutCode.ANSWER;
import static org.gotm.ffm.fanout.FanoutCode.AT;
import static org.gotm.ffm.fanout.FanoutCode.KIND;
import static org.gotm.ffm.fanout.FanoutCode.LONG;
import static org.gotm.ffm.fanout.FanoutStack.END;
import static org.gotm.ffm.fanout.FanoutStack.FRAGMENTS_MET;
import static org.gotm.ffm.fanout.FanoutStack.FRAGMENT_LENGTH;
import static org.gotm.ffm.fanout.FanoutStack.FRAGMENT_OFFSET;
import static org.gotm.ffm.fanout.FanoutStack.FREE;
import static org.gotm.ffm.fanout.FanoutStack.IS_FRAGMENT;
import static org.gotm.ffm.fanout.FanoutStack.QUOTED;
import static org.gotm.ffm.fanout.FanoutStack.SCRATCH;
import static org.gotm.ffm.fanout.FanoutStack.SOURCE;
import static org.gotm.ffm.fanout.FanoutStack.TARGET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_AND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JGT;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MUL;
import static org.gotm.ffm.linux.generated.linux_h.BPF_OR;
import static org.gotm.ffm.linux.generated.linux_h.BPF_SUB;
import static org.gotm.ffm.linux.generated.linux_h.BPF_W;
import static org.gotm.ffm.linux.generated.linux_h.BPF_XOR;

import org.gotm.ffm.ebpf.BpfMap;
import org.gotm.ffm.ebpf.EbpfAssembler;
import org.gotm.ffm.ebpf.KernelFunction;
import org.gotm.ffm.ebpf.Register;

/**
 * Writes the parts of the fanout program that keep the fragments of a packet together: the first
 * one, which has the ports, leaves its answer in a map, where the later ones find it. The rules are
 * those of the decoder's {@code FragmentTable}.
 *
 * <p>What the map keeps of a packet:
 *
 * <pre>
 *   0          8        12                            16
 *   +----------+--------+------------------------------+
 *   | time, ns | answer | where the first fragment ends|
 *   +----------+--------+------------------------------+
 * </pre>
 */
final class FanoutFragments {
  private static final int KEY_BYTES = Long.BYTES;
  private static final int VALUE_BYTES = 16;
  private static final int VALUE_NANOS = 0;
  private static final int VALUE_ANSWER = 8;
  private static final int VALUE_END = 12;
  private static final int PACKETS = 16_384;
  private static final long TIMEOUT_NANOS = 30_000_000_000L;

  private static final int IPV4_OFFSET_MASK = 0x1fff;
  private static final int IPV4_MORE = 0x2000;
  private static final int IPV6_OFFSET_MASK = 0xfff8;
  private static final int IPV6_MORE = 1;

  /** Fragmented packets one within the other: one, and one in each tunnel. */
  private static final int DEEPEST = 5;

  // The stack. What all fragments of the packet at hand have in common, and the value for the map.
  private static final int ID = FREE;
  private static final int VALUE = FREE - 16;

  /** First fragments met so far: for each, the key of its packet and where it ends. */
  private static final int MET = FREE - 32;

  private static final int MET_BYTES = 16;

  private final FanoutCode fanout;
  private final FanoutHash hash;
  private final EbpfAssembler code;
  private final BpfMap map;

  FanoutFragments(FanoutCode fanout, FanoutHash hash, BpfMap map) {
    this.fanout = fanout;
    this.hash = hash;
    this.map = map;
    code = fanout.code;
  }

  /** The map that all packets of an interface share. */
  static BpfMap createMap() {
    return BpfMap.lruHash("gotm_fragments", KEY_BYTES, VALUE_BYTES, PACKETS);
  }

  /** At the start of the program: none was met. */
  void clear() {
    fanout.recall(R1, FanoutStack.NOTHING);
    fanout.keepWord(ID, R1);
    for (int i = 0; i < DEEPEST; i++) {
      fanout.keepWord(met(i), R1);
      fanout.keepWord(met(i) + Long.BYTES, R1);
    }
  }

  private static int met(int i) {
    return MET - MET_BYTES * i;
  }

  /** The packet at hand is no fragment. */
  void writeNone() {
    fanout.reset(IS_FRAGMENT);
  }

  /**
   * The IPv4 header that was read, behind which the cursor is now.
   *
   * @param later where to go if it is not the first
   */
  void writeIpv4(int later) {
    int known = code.newLabel();
    writeNone();
    fanout.uint16(R2, 6);
    code.copy(R3, R2);
    code.alu(BPF_AND(), R3, IPV4_OFFSET_MASK);
    code.alu(BPF_LSH(), R3, 3);
    code.alu(BPF_AND(), R2, IPV4_MORE | IPV4_OFFSET_MASK);
    code.jump(BPF_JEQ(), R2, 0, known);
    fanout.uint16(R1, 4);
    code.alu(BPF_LSH(), R1, 32);
    code.copy(R2, KIND);
    code.alu(BPF_LSH(), R2, 8);
    code.alu(BPF_OR(), R1, R2);
    code.alu(BPF_OR(), R1, 4);
    keep(0);
    ifLater(later);
    code.mark(known);
  }

  /**
   * The IPv6 fragment header that was read and begins at the cursor.
   *
   * @param later where to go if it is not the first
   */
  void writeIpv6(int later) {
    int known = code.newLabel();
    writeNone();
    fanout.uint16(R2, 2);
    code.copy(R3, R2);
    code.alu(BPF_AND(), R3, IPV6_OFFSET_MASK);
    code.alu(BPF_AND(), R2, IPV6_MORE | IPV6_OFFSET_MASK);
    code.jump(BPF_JEQ(), R2, 0, known);
    fanout.uint32(R1, 4);
    code.alu(BPF_LSH(), R1, 32);
    code.alu(BPF_OR(), R1, 6);
    keep(8);
    ifLater(later);
    code.mark(known);
  }

  private void ifLater(int label) {
    fanout.recall(R3, FRAGMENT_OFFSET);
    code.jump(BPF_JNE, R3, 0, label);
  }

  /** Keeps R1, what all fragments have in common, R3, the offset, and the length from here on. */
  private void keep(int headerLength) {
    fanout.keepWord(ID, R1);
    code.set(R1, 1);
    fanout.keep(IS_FRAGMENT, R1);
    fanout.keep(FRAGMENT_OFFSET, R3);
    fanout.recall(R2, END);
    code.alu(BPF_SUB(), R2, AT);
    code.alu(BPF_SUB(), R2, headerLength);
    int positive = code.newLabel();
    code.jump(BPF_JSGT, R2, 0, positive);
    code.set(R2, 0);
    code.mark(positive);
    fanout.keep(FRAGMENT_LENGTH, R2);
  }

  /** Behind all IP headers: notes a first fragment; ends with the answer of a later one. */
  void writeMet() {
    int whole = code.newLabel();
    int later = code.newLabel();
    fanout.recall(R1, IS_FRAGMENT);
    code.jump(BPF_JEQ(), R1, 0, whole);
    writeKey();
    fanout.recall(R2, FRAGMENT_OFFSET);
    code.jump(BPF_JNE, R2, 0, later);
    fanout.recall(R2, QUOTED);
    code.jump(BPF_JNE, R2, 0, whole);
    writeFirst();
    code.jump(whole);
    code.mark(later);
    writeLater();
    code.mark(whole);
  }

  /** R1: a hash of the addresses, in their order, and what the fragments have in common. */
  private void writeKey() {
    fanout.recallWord(R1, SOURCE);
    fanout.recallWord(R2, TARGET);
    hash.fold(R1, R2);
    fanout.recallWord(R2, ID);
    code.alu(BPF_XOR(), R1, R2);
    code.setLong(R4, FanoutHash.MULTIPLIER_2);
    code.alu(BPF_MUL(), R1, R4);
  }

  private void writeFirst() {
    code.copy(R3, R1);
    fanout.count(FRAGMENTS_MET, DEEPEST);
    for (int i = DEEPEST - 1; i > 0; i--) {
      fanout.recallWord(R2, met(i - 1));
      fanout.keepWord(met(i), R2);
      fanout.recallWord(R2, met(i - 1) + Long.BYTES);
      fanout.keepWord(met(i) + Long.BYTES, R2);
    }
    fanout.keepWord(met(0), R3);
    fanout.recall(R2, FRAGMENT_LENGTH);
    fanout.keepWord(met(0) + Long.BYTES, R2);
  }

  private void writeLater() {
    int missing = code.newLabel();
    fanout.recall(R2, QUOTED);
    code.jump(BPF_JNE, R2, 0, fanout.done);
    fanout.keepWord(ID, R1);
    address(R2, ID);
    code.setMap(R1, map);
    code.call(KernelFunction.MAP_LOOKUP);
    code.jump(BPF_JEQ(), R0, 0, missing);
    code.load(BPF_W(), R1, R0, VALUE_END);
    fanout.recall(R2, FRAGMENT_OFFSET);
    code.jump(BPF_JGT(), R1, R2, missing);
    code.load(LONG, R8, R0, VALUE_NANOS);
    code.load(BPF_W(), R7, R0, VALUE_ANSWER);
    code.call(KernelFunction.MONOTONIC_NANOS);
    code.alu(BPF_SUB(), R0, R8);
    code.setLong(R1, TIMEOUT_NANOS);
    code.jump(BPF_JSGT, R0, R1, missing);
    code.jump(BPF_JEQ(), R7, 0, missing);
    code.copy(ANSWER, R7);
    code.jump(fanout.done);
    code.mark(missing);
    code.set(R1, 0);
    hash.answer(R1, R1);
    code.jump(fanout.done);
  }

  /** At the end of the program: the answer, 0 too, is that of all first fragments met. */
  void writeEnd() {
    int end = code.newLabel();
    fanout.keep(SCRATCH, ANSWER);
    fanout.recall(R1, FRAGMENTS_MET);
    code.jump(BPF_JEQ(), R1, 0, end);
    code.call(KernelFunction.MONOTONIC_NANOS);
    fanout.keepWord(VALUE + VALUE_NANOS, R0);
    fanout.recall(R1, SCRATCH);
    code.store(BPF_W(), R10, VALUE + VALUE_ANSWER, R1);
    for (int i = 0; i < DEEPEST; i++) {
      fanout.recall(R1, FRAGMENTS_MET);
      code.jump(BPF_JLE, R1, i, end);
      fanout.recallWord(R1, met(i) + Long.BYTES);
      code.store(BPF_W(), R10, VALUE + VALUE_END, R1);
      update(met(i));
    }
    code.mark(end);
  }

  private void update(int key) {
    code.setMap(R1, map);
    address(R2, key);
    address(R3, VALUE);
    code.set(R4, 0);
    code.call(KernelFunction.MAP_UPDATE);
  }

  private void address(Register to, int slot) {
    code.copy(to, R10);
    code.alu(BPF_ADD(), to, slot);
  }
}
