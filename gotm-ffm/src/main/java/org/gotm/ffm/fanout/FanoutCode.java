package org.gotm.ffm.fanout;

import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JNE;
import static org.gotm.ffm.ebpf.Register.R0;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.ebpf.Register.R10;
import static org.gotm.ffm.ebpf.Register.R2;
import static org.gotm.ffm.ebpf.Register.R3;
import static org.gotm.ffm.ebpf.Register.R4;
import static org.gotm.ffm.ebpf.Register.R5;
import static org.gotm.ffm.ebpf.Register.R6;
import static org.gotm.ffm.ebpf.Register.R7;
import static org.gotm.ffm.ebpf.Register.R8;
import static org.gotm.ffm.ebpf.Register.R9;
import static org.gotm.ffm.fanout.FanoutStack.DEPTH;
import static org.gotm.ffm.fanout.FanoutStack.END;
import static org.gotm.ffm.fanout.FanoutStack.FORGOTTEN;
import static org.gotm.ffm.fanout.FanoutStack.FREE;
import static org.gotm.ffm.fanout.FanoutStack.HEADER;
import static org.gotm.ffm.fanout.FanoutStack.NOTHING;
import static org.gotm.ffm.fanout.FanoutStack.STEPS;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_B;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JGE;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JGT;
import static org.gotm.ffm.linux.generated.linux_h.BPF_SUB;
import static org.gotm.ffm.linux.generated.linux_h.BPF_W;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_TEB;

import org.gotm.ffm.ebpf.EbpfAssembler;
import org.gotm.ffm.ebpf.KernelFunction;
import org.gotm.ffm.ebpf.Register;

/**
 * The fanout program as it is written piece by piece: what its registers and its stack mean, and
 * the phrases that all pieces use. One thread.
 *
 * <p>{@link #AT} is where the header at hand begins, {@link #KIND} says what it is: an EtherType at
 * {@link #network}, a protocol above IP. {@link #ANSWER} is the hash of the innermost flow that was
 * found so far; 0 is none. R0 to R5 are for the moment.
 */
final class FanoutCode {
  /** The packet, as the kernel passes it. */
  static final Register PACKET = R6;

  static final Register AT = R7;
  static final Register KIND = R8;
  static final Register ANSWER = R9;

  /** Eight bytes. */
  static final int LONG = EbpfAssembler.BPF_DW;

  private static final int MAX_STEPS = 40;
  private static final int MAX_DEPTH = 4;

  /** Assembles it. */
  final EbpfAssembler code = new EbpfAssembler();

  /** Where to go with {@link #AT} behind an EtherType that is in {@link #KIND}. */
  final int network = code.newLabel();

  /** Where to go with {@link #AT} at an Ethernet header in a tunnel. */
  final int frame = code.newLabel();

  /** Where to go when there is nothing more to find. */
  final int done = code.newLabel();

  /** Nothing written yet. */
  FanoutCode() {}

  /**
   * Sets all numbers and the answer to 0, by a difference that the verifier does not work out: it
   * would follow a 0 everywhere.
   *
   * @param unknown a register whose value it does not know
   */
  void clear(Register unknown) {
    code.copy(R0, unknown);
    code.alu(BPF_SUB(), R0, unknown);
    for (int slot = END; slot > FREE; slot -= 8) {
      keep(slot, R0);
    }
    recall(ANSWER, NOTHING);
    code.set(R0, 0);
    keepWord(STEPS, R0);
  }

  /** Sets a number to 0. */
  void reset(int slot) {
    recall(R1, NOTHING);
    keep(slot, R1);
  }

  /** Stores a number of 32 bits. */
  void keep(int slot, Register from) {
    code.store(BPF_W(), R10, slot, from);
  }

  /** Loads a number of 32 bits. */
  void recall(Register to, int slot) {
    code.load(BPF_W(), to, R10, slot);
  }

  /** Makes the verifier forget what it knows of a number of 32 bits. */
  void forget(Register number) {
    keep(FORGOTTEN, number);
    recall(number, FORGOTTEN);
  }

  /** Stores a word of 64 bits. */
  void keepWord(int slot, Register from) {
    code.store(LONG, R10, slot, from);
  }

  /** Loads a word of 64 bits. */
  void recallWord(Register to, int slot) {
    code.load(LONG, to, R10, slot);
  }

  /** Moves on by a constant. */
  void skip(int bytes) {
    code.alu(BPF_ADD(), AT, bytes);
  }

  /** Reads so many bytes of the header at hand; done if they are not there. */
  void take(int bytes) {
    take(bytes, done);
  }

  /**
   * Reads so many bytes of the header at hand,.
   *
   * @param bytes at most 64
   * @param missing where to go if they are not there
   */
  void take(int bytes, int missing) {
    code.copy(R1, AT);
    code.alu(BPF_ADD(), R1, bytes);
    recall(R2, END);
    code.jump(BPF_JGT(), R1, R2, missing);
    code.loadBytes(PACKET, AT, HEADER, bytes);
    code.jump(BPF_JNE, R0, 0, missing);
  }

  /**
   * Reads so many bytes from the link header or the network header on, as far as the kernel has
   * them at hand; then R0 is 0.
   *
   * @param origin 0 or 1, see {@link KernelFunction#LOAD_BYTES_RELATIVE}
   */
  void takeFrom(int origin, int bytes) {
    code.copy(R1, PACKET);
    code.set(R2, 0);
    code.copy(R3, R10);
    code.alu(BPF_ADD(), R3, HEADER);
    code.set(R4, bytes);
    code.set(R5, origin);
    code.call(KernelFunction.LOAD_BYTES_RELATIVE);
  }

  /** A byte of the header that was read. */
  void uint8(Register to, int offset) {
    code.load(BPF_B(), to, R10, HEADER + offset);
  }

  /** Two bytes of it, at an even offset. */
  void uint16(Register to, int offset) {
    code.loadNumber(16, to, R10, HEADER + offset);
  }

  /** Four bytes of it, at an offset that is a multiple of four. */
  void uint32(Register to, int offset) {
    code.loadNumber(32, to, R10, HEADER + offset);
  }

  /** Eight bytes of it, at an offset that is a multiple of eight. */
  void uint64(Register to, int offset) {
    code.loadNumber(64, to, R10, HEADER + offset);
  }

  /** Loads a word of the kernel's {@code struct __sk_buff}. */
  void context(Register to, int offset) {
    code.load(BPF_W(), to, PACKET, offset);
  }

  /** What follows is within a tunnel; done if that is one too many. */
  void enterTunnel() {
    count(DEPTH, MAX_DEPTH);
  }

  /**
   * Makes a label the beginning of a loop: done if all loops together were gone through too often.
   */
  void loop(int label) {
    code.mark(label);
    forget(AT);
    forget(KIND);
    recallWord(R1, STEPS);
    code.jump(BPF_JGE(), R1, MAX_STEPS, done);
    code.alu(BPF_ADD(), R1, 1);
    keepWord(STEPS, R1);
  }

  /** Counts up to a limit; done if it was reached before. */
  void count(int slot, int limit) {
    recall(R1, slot);
    code.jump(BPF_JGE(), R1, limit, done);
    code.alu(BPF_ADD(), R1, 1);
    keep(slot, R1);
  }

  /** Ends the program; the kernel takes the remainder of its answer by the number of sockets. */
  void answer() {
    code.copy(R0, ANSWER);
    code.exit();
  }

  /** Goes on with a header of this EtherType. */
  void goTo(int etherType) {
    code.set(KIND, etherType);
    code.jump(network);
  }

  /** Goes on with what a tunnel carries, whose EtherType is {@link #KIND}; it may be a frame. */
  void goToCarried() {
    code.jump(BPF_JEQ(), KIND, ETH_P_TEB(), frame);
    code.jump(network);
  }
}
