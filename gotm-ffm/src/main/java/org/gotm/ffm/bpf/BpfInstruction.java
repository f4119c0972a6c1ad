package org.gotm.ffm.bpf;

import static org.gotm.ffm.linux.generated.linux_h.BPF_K;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RET;

/**
 * One instruction of classic BPF: a {@code struct sock_filter} of Linux, which is a {@code struct
 * bpf_insn} of libpcap byte for byte.
 *
 * @param code operation, 16 bits
 * @param jumpTrue instructions to skip if the comparison holds, 8 bits
 * @param jumpFalse instructions to skip if it does not, 8 bits
 * @param k operand, 32 bits
 */
public record BpfInstruction(int code, int jumpTrue, int jumpFalse, int k) {
  /** True if this instruction ends a filter with a constant number of bytes to keep. */
  boolean isReturn() {
    return code == (BPF_RET() | BPF_K());
  }
}
