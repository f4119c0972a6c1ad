package org.gotm.ffm.kernelcut;

import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JNE;
import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JSGT;
import static org.gotm.ffm.ebpf.Register.R0;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.ebpf.Register.R10;
import static org.gotm.ffm.ebpf.Register.R2;
import static org.gotm.ffm.ebpf.Register.R4;
import static org.gotm.ffm.ebpf.Register.R5;
import static org.gotm.ffm.ebpf.Register.R6;
import static org.gotm.ffm.ebpf.Register.R7;
import static org.gotm.ffm.ebpf.Register.R8;
import static org.gotm.ffm.ebpf.Register.R9;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_AND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_B;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JGT;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MUL;
import static org.gotm.ffm.linux.generated.linux_h.BPF_OR;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_SUB;
import static org.gotm.ffm.linux.generated.linux_h.BPF_W;

import org.gotm.ffm.ebpf.BpfMap;
import org.gotm.ffm.ebpf.EbpfAssembler;
import org.gotm.ffm.ebpf.KernelFunction;
import org.gotm.ffm.ebpf.Register;
import org.gotm.ffm.ebpf.SocketBuffer;

/**
 * The cut program as it is written piece by piece: what its registers and its stack mean, and the
 * phrases that all pieces use. One thread.
 *
 * <p>{@link #AT} is where the header at hand begins; when all headers are read, the register is
 * free. {@link #LENGTH} is how long what it carries is, by what IP says; in the end, the payload.
 * R0 to R5 are for the moment. The stack:
 *
 * <pre>
 *   -200     -192   -176   -168        -136      -128   -88         -66    -64    -44         -30
 *   +--------+------+------+-----------+---------+------+-----------+------+------+-----------+
 *   | second | kept | meta | addresses |         | IPv6 | transport | type | IPv4 | transport |
 *   +--------+------+------+-----------+---------+------+-----------+------+------+-----------+
 * </pre>
 */
final class CutCode {
  /** The packet, as the kernel passes it. */
  static final Register PACKET = R6;

  static final Register LENGTH = R7;
  static final Register AT = R8;

  /** Bytes that the user's filter keeps of the packet. */
  static final Register ACCEPTED = R9;

  /** Ports, when the header above IP was read. */
  static final Register SOURCE_PORT = R5;

  static final Register TARGET_PORT = R4;

  /** In place of the payload's length, of a packet that opens a connection. */
  static final int OPENS = -1;

  static final int IPV4 = -64;
  static final int IPV4_TRANSPORT = -44;
  static final int TYPE = IPV4 - 2;
  static final int IPV6 = -128;
  static final int IPV6_TRANSPORT = -88;
  static final int META = -176;
  static final int ADDRESS_0 = META + 8;

  private static final int KEPT = META - 16;

  /** All ones if the second end of the key sent the packet, else 0. */
  static final int FROM_SECOND = KEPT - 8;

  /** What is to be there of the header above IP: that of TCP up to its flags. */
  static final int TRANSPORT_LENGTH = 14;

  /** Eight bytes. */
  static final int LONG = EbpfAssembler.BPF_DW;

  /** Assembles it. */
  final EbpfAssembler code = new EbpfAssembler();

  /** Where to go with {@link #AT} at an IPv4 header, which was read with what is behind. */
  final int ipv4 = code.newLabel();

  /** Where to go with {@link #AT} at an IPv6 header, which was not read. */
  final int ipv6 = code.newLabel();

  /** Where to go with the index of a flow's entry at the address in R0. */
  final int hit = code.newLabel();

  /** Where to go with a packet that is not cut. */
  final int pass = code.newLabel();

  /** Where to go with a packet that the user's filter does not want. */
  final int reject = code.newLabel();

  /** Answers what time it is. */
  final KernelFunction clock;

  /** Nothing written yet. */
  CutCode(KernelFunction clock) {
    this.clock = clock;
  }

  /** Reads bytes from {@link #AT} on; passes if they are not there. */
  void take(int slot, int bytes) {
    code.loadBytes(PACKET, AT, slot, bytes);
    code.jump(BPF_JNE, R0, 0, pass);
  }

  /** A byte that was read. */
  void uint8(Register to, int slot) {
    code.load(BPF_B(), to, R10, slot);
  }

  /** Two bytes, at an even offset. */
  void uint16(Register to, int slot) {
    code.loadNumber(16, to, R10, slot);
  }

  /** Four bytes, at an offset that is a multiple of four. */
  void uint32(Register to, int slot) {
    code.loadNumber(32, to, R10, slot);
  }

  /** Eight bytes, at an offset that is a multiple of eight. */
  void uint64(Register to, int slot) {
    code.loadNumber(64, to, R10, slot);
  }

  /** Loads a word of the kernel's {@code struct __sk_buff}. */
  void context(Register to, int offset) {
    code.load(BPF_W(), to, PACKET, offset);
  }

  /**
   * Passes a packet that says to be longer than the frame.
   *
   * @param headerLength what its length, in {@link #LENGTH}, leaves out
   */
  void requireLength(int headerLength) {
    context(R1, SocketBuffer.LENGTH);
    code.alu(BPF_SUB(), R1, AT);
    code.alu(BPF_SUB(), R1, headerLength);
    code.jump(BPF_JGT(), LENGTH, R1, pass);
  }

  /**
   * Writes the meta word of the key.
   *
   * @param ports the first end's in the upper half of 32 bits; the upper half of the register is
   *     lost
   * @param protocol where it was read to
   */
  void keepMeta(Register ports, int protocol, int family) {
    code.alu(BPF_LSH(), ports, 32);
    uint8(R1, protocol);
    code.alu(BPF_LSH(), R1, 8);
    code.alu(BPF_OR(), R1, family);
    code.alu(BPF_OR(), R1, ports);
    code.store(LONG, R10, META, R1);
  }

  /**
   * Passes a packet whose flow is not in the sieve, and notes when a connection is opened. Loses
   * all registers but the two that are named, and {@link #AT}, which has what the hash multiplies.
   */
  void sift(CutMaps maps, Register one, Register other) {
    code.setLong(R1, CutSieve.FACTOR);
    code.alu(BPF_MUL(), AT, R1);
    code.alu(BPF_RSH(), AT, CutSieve.HASH_SHIFT);
    noteOpening(maps.openingsMap(), one, other);
    code.copy(R0, AT);
    code.alu(BPF_RSH(), R0, 6);
    code.alu(BPF_LSH(), R0, 3);
    code.setMapValue(R1, maps.sieveMap(), 0);
    code.alu(BPF_ADD(), R1, R0);
    code.load(LONG, R1, R1, 0);
    code.alu(BPF_AND(), AT, 63);
    code.alu(BPF_RSH(), R1, AT);
    code.alu(BPF_AND(), R1, 1);
    code.jump(BPF_JEQ(), R1, 0, pass);
  }

  private void noteOpening(BpfMap map, Register one, Register other) {
    int opensNone = code.newLabel();
    code.jump(BPF_JSGT, LENGTH, OPENS, opensNone);
    code.store(LONG, R10, KEPT, one);
    code.store(LONG, R10, KEPT + Long.BYTES, other);
    code.call(clock);
    code.copy(R2, AT);
    code.alu(BPF_LSH(), R2, 3);
    code.setMapValue(R1, map, 0);
    code.alu(BPF_ADD(), R1, R2);
    code.store(LONG, R1, 0, R0);
    code.load(LONG, one, R10, KEPT);
    code.load(LONG, other, R10, KEPT + Long.BYTES);
    code.mark(opensNone);
  }

  /** Looks the key up: goes to {@link #hit} or {@link #pass}. */
  void lookUp(BpfMap map) {
    code.setMap(R1, map);
    code.copy(R2, R10);
    code.alu(BPF_ADD(), R2, META);
    code.call(KernelFunction.MAP_LOOKUP);
    code.jump(BPF_JNE, R0, 0, hit);
    code.jump(pass);
  }
}
