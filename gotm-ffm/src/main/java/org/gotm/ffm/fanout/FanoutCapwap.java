package org.gotm.ffm.fanout;

import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JLT;
import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JNE;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.ebpf.Register.R2;
import static org.gotm.ffm.ebpf.Register.R3;
import static org.gotm.ffm.ebpf.Register.R4;
import static org.gotm.ffm.fanout.FanoutCode.AT;
import static org.gotm.ffm.fanout.FanoutCode.KIND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_AND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JSET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;

import org.gotm.ffm.ebpf.EbpfAssembler;

/**
 * Writes the part of the fanout program that goes into CAPWAP's data channel, to an Ethernet frame
 * or the data frame of a radio. It takes for such a frame what the decoder's {@code Capwap} and
 * {@code WirelessFrame} do, where the headers are drawn.
 */
final class FanoutCapwap {
  private static final int LENGTH = 8;
  private static final int IS_NATIVE = 0x100;
  private static final int IS_FRAGMENT = 0x080;
  private static final int KEEPS_ALIVE = 0x008;
  private static final int IEEE_802_11 = 1;

  private static final int RADIO_LENGTH = 24;
  private static final int ADDRESS_LENGTH = 6;
  private static final int QOS_LENGTH = 2;
  private static final int HT_LENGTH = 4;
  private static final int TYPE_MASK = 0x0f;
  private static final int DATA = 0x08;
  private static final int IS_EMPTY = 0x40;
  private static final int HAS_QOS = 0x80;
  private static final int BOTH_WAYS = 0x03;
  private static final int IS_PROTECTED = 0x40;
  private static final int HAS_HT = 0x80;
  private static final int SNAP_LENGTH = 8;
  private static final int SNAP = 0xaaaa_0300;

  private final FanoutCode fanout;
  private final EbpfAssembler code;

  FanoutCapwap(FanoutCode fanout) {
    this.fanout = fanout;
    code = fanout.code;
  }

  /** Writes it, to the end. */
  void write() {
    int whole = code.newLabel();
    int fragment = code.newLabel();
    int radio = code.newLabel();
    fanout.take(LENGTH);
    fanout.uint32(R3, 0);
    code.copy(R1, R3);
    code.alu(BPF_RSH(), R1, 24);
    code.jump(BPF_JNE, R1, 0, fanout.done);
    code.jump(BPF_JSET(), R3, IS_FRAGMENT, fragment);
    code.jump(whole);
    code.mark(fragment);
    fanout.uint16(R1, 6);
    code.alu(BPF_RSH(), R1, 3);
    code.jump(BPF_JNE, R1, 0, fanout.done);
    code.mark(whole);
    code.jump(BPF_JSET(), R3, KEEPS_ALIVE, fanout.done);
    code.copy(R1, R3);
    code.alu(BPF_RSH(), R1, 19);
    code.alu(BPF_AND(), R1, 0x1f);
    code.alu(BPF_LSH(), R1, 2);
    code.jump(BPF_JLT, R1, LENGTH, fanout.done);
    code.alu(BPF_ADD(), AT, R1);
    code.jump(BPF_JSET(), R3, IS_NATIVE, radio);
    code.jump(fanout.frame);
    code.mark(radio);
    code.alu(BPF_RSH(), R3, 9);
    code.alu(BPF_AND(), R3, 0x1f);
    code.jump(BPF_JNE, R3, IEEE_802_11, fanout.done);
    writeRadio();
  }

  /** Some controllers exchange the first two bytes; a data frame shows which one is the type. */
  private void writeRadio() {
    int inOrder = code.newLabel();
    fanout.take(RADIO_LENGTH);
    fanout.uint8(R1, 0);
    fanout.uint8(R2, 1);
    code.copy(R3, R1);
    code.alu(BPF_AND(), R3, TYPE_MASK);
    code.jump(BPF_JEQ(), R3, DATA, inOrder);
    code.copy(R3, R1);
    code.copy(R1, R2);
    code.copy(R2, R3);
    code.mark(inOrder);
    code.copy(R3, R1);
    code.alu(BPF_AND(), R3, TYPE_MASK);
    code.jump(BPF_JNE, R3, DATA, fanout.done);
    code.jump(BPF_JSET(), R1, IS_EMPTY, fanout.done);
    code.jump(BPF_JSET(), R2, IS_PROTECTED, fanout.done);
    fanout.uint8(R3, 22);
    code.jump(BPF_JSET(), R3, 0x0f, fanout.done);
    skipRadio();
    fanout.take(SNAP_LENGTH);
    fanout.uint32(R1, 0);
    code.setLong(R2, SNAP & 0xffff_ffffL);
    code.jump(BPF_JNE, R1, R2, fanout.done);
    fanout.uint16(R1, 4);
    code.jump(BPF_JNE, R1, 0, fanout.done);
    fanout.uint16(KIND, 6);
    fanout.skip(SNAP_LENGTH);
    code.jump(fanout.network);
  }

  /** Moves behind the header whose type is in R1 and whose flags are in R2. */
  private void skipRadio() {
    int threeAddresses = code.newLabel();
    int qos = code.newLabel();
    int ht = code.newLabel();
    int end = code.newLabel();
    fanout.skip(RADIO_LENGTH);
    code.copy(R4, R2);
    code.alu(BPF_AND(), R4, BOTH_WAYS);
    code.jump(BPF_JNE, R4, BOTH_WAYS, threeAddresses);
    fanout.skip(ADDRESS_LENGTH);
    code.mark(threeAddresses);
    code.jump(BPF_JSET(), R1, HAS_QOS, qos);
    code.jump(end);
    code.mark(qos);
    fanout.skip(QOS_LENGTH);
    code.jump(BPF_JSET(), R2, HAS_HT, ht);
    code.jump(end);
    code.mark(ht);
    fanout.skip(HT_LENGTH);
    code.mark(end);
  }
}
