package org.gotm.ffm.kernelcut;

import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JLE;
import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JNE;
import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JSGT;
import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JSLT;
import static org.gotm.ffm.ebpf.Register.R0;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.ebpf.Register.R10;
import static org.gotm.ffm.ebpf.Register.R2;
import static org.gotm.ffm.ebpf.Register.R3;
import static org.gotm.ffm.kernelcut.CutCode.ACCEPTED;
import static org.gotm.ffm.kernelcut.CutCode.AT;
import static org.gotm.ffm.kernelcut.CutCode.LENGTH;
import static org.gotm.ffm.kernelcut.CutCode.LONG;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_AND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_SUB;

import java.util.concurrent.TimeUnit;
import org.gotm.ffm.ebpf.EbpfAssembler;
import org.gotm.ffm.ebpf.KernelFunction;
import org.gotm.ffm.ebpf.Register;
import org.gotm.ffm.ebpf.SocketBuffer;
import org.gotm.ffm.linux.MonotonicClock;

/**
 * Writes the end of the cut program: what becomes of a packet whose flow is cut, and of all others.
 *
 * <p>A flow that was silent for its timeout is not the same any more when it speaks again, and a
 * SYN may begin another one: then the entry is dead, and all packets pass until the recorder, which
 * sees them, has taken it out.
 */
final class CutHit {
  private static final long SHORTEST_TIMEOUT = TimeUnit.MILLISECONDS.toNanos(1);

  /** The entry of the flow. */
  private static final Register ENTRY = AT;

  private final CutCode cut;
  private final CutOptions options;
  private final CutMaps maps;
  private final int dies;
  private final EbpfAssembler code;

  CutHit(CutCode cut, CutOptions options, CutMaps maps) {
    this.cut = cut;
    this.options = options;
    this.maps = maps;
    code = cut.code;
    dies = code.newLabel();
  }

  /** Writes it, to the end. */
  void write() {
    code.mark(cut.hit);
    findEntry();
    touch();
    if (options.truncateBytes() == 0) {
      count();
      writeReject();
    } else {
      truncate();
      if (code.isJumpedTo(cut.reject)) {
        writeReject();
      }
    }
    code.mark(dies);
    code.store(LONG, ENTRY, CutEntryLayout.DEAD, 1);
    code.mark(cut.pass);
    code.copy(R0, ACCEPTED);
    code.exit();
  }

  private void findEntry() {
    code.setMap(R1, maps.entryMap());
    code.copy(R2, R0);
    code.call(KernelFunction.MAP_LOOKUP);
    code.jump(BPF_JEQ(), R0, 0, cut.pass);
    code.copy(ENTRY, R0);
    code.load(LONG, R1, ENTRY, CutEntryLayout.DEAD);
    code.jump(BPF_JNE, R1, 0, cut.pass);
    code.jump(BPF_JSLT, LENGTH, 0, dies); // as it opens a connection
  }

  /** A clock that is behind that of another processor makes the age negative: that is no age. */
  private void touch() {
    code.call(cut.clock);
    code.copy(R2, R0);
    code.load(LONG, R1, ENTRY, CutEntryLayout.LAST);
    code.alu(BPF_SUB(), R2, R1);
    code.setLong(
        R1, Math.max(options.timeoutNanos() - MonotonicClock.MOST_LATE_NANOS, SHORTEST_TIMEOUT));
    code.jump(BPF_JSGT, R2, R1, dies);
    code.store(LONG, ENTRY, CutEntryLayout.LAST, R0);
  }

  /**
   * Adds the packet to its end of the flow and to the totals. To the end it comes by a jump:
   * without CAP_PERFMON the kernel takes no sum of an address and what is a constant on one way
   * only.
   */
  private void count() {
    int ofFirst = code.newLabel();
    code.load(LONG, R1, R10, CutCode.FROM_SECOND);
    code.jump(BPF_JEQ(), R1, 0, ofFirst);
    code.alu(BPF_ADD(), ENTRY, CutEntryLayout.END_LENGTH);
    code.mark(ofFirst);
    code.set(R1, 1);
    code.addAtomic(ENTRY, CutEntryLayout.PACKETS, R1);
    code.addAtomic(ENTRY, CutEntryLayout.PAYLOAD, LENGTH);
    code.call(KernelFunction.PROCESSOR);
    code.alu(BPF_AND(), R0, CutTotals.SLOTS - 1);
    code.alu(BPF_LSH(), R0, CutTotals.SLOT_SHIFT);
    code.setMapValue(R3, maps.totalMap(), 0);
    code.alu(BPF_ADD(), R3, R0);
    code.set(R1, 1);
    cut.context(R2, SocketBuffer.LENGTH);
    code.addAtomic(ENTRY, CutEntryLayout.BYTES, R2);
    code.addAtomic(R3, CutTotals.PACKETS, R1);
    code.addAtomic(R3, CutTotals.BYTES, R2);
  }

  private void writeReject() {
    code.mark(cut.reject);
    code.set(R0, 0);
    code.exit();
  }

  private void truncate() {
    int end = code.newLabel();
    code.setWord(R0, options.truncateBytes());
    code.jump(BPF_JLE, R0, ACCEPTED, end);
    code.copy(R0, ACCEPTED);
    code.mark(end);
    code.exit();
  }
}
