package org.gotm.ffm.ebpf;

import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JNE;
import static org.gotm.ffm.ebpf.Register.R0;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.ebpf.Register.R6;
import static org.gotm.ffm.ebpf.Register.R9;

import org.gotm.ffm.bpf.SocketFilter;
import org.gotm.ffm.linux.PacketSocket;

/** Programs that do what a filter of classic BPF does, and nothing else. */
final class TranslatedFilter {
  private TranslatedFilter() {}

  /**
   * The instructions, with as little as can be behind the filter: a packet that would come there
   * with nothing to be kept is kept as a whole, for it to be noticed.
   */
  static long[] assemble(SocketFilter filter) throws UnsupportedFilterException {
    EbpfAssembler code = new EbpfAssembler();
    int reject = code.newLabel();
    code.copy(R6, R1);
    ClassicFilter.of(filter).write(code, R9, reject);
    int kept = code.newLabel();
    code.copy(R0, R9);
    code.jump(BPF_JNE, R0, 0, kept);
    code.set(R0, -1);
    code.mark(kept);
    code.exit();
    if (code.isJumpedTo(reject)) {
      code.mark(reject);
      code.set(R0, 0);
      code.exit();
    }
    return code.assemble();
  }

  /** Attaches a filter translated, or none at all if it keeps nothing. */
  static void attach(SocketFilter filter, PacketSocket socket) throws UnsupportedFilterException {
    if (ClassicFilter.of(filter).keepsNothing()) {
      SocketFilter.keep(0).attachTo(socket);
      return;
    }
    try (BpfProgram program = BpfProgram.load("filter", assemble(filter))) {
      program.attachTo(socket);
    }
  }
}
