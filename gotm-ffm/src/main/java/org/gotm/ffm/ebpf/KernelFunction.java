package org.gotm.ffm.ebpf;

/** Functions of the kernel that a program can call. Source: linux/bpf.h, bpf-helpers(7). */
public enum KernelFunction {
  /** R1: map, R2: key; R0: the address of its value, or 0. */
  MAP_LOOKUP(1),
  /** R1: map, R2: key, R3: value, R4: flags; R0: 0 or an error. */
  MAP_UPDATE(2),
  /** R1: map, R2: key; R0: 0 or an error. */
  MAP_DELETE(3),
  /** R0: nanoseconds since the machine started. */
  MONOTONIC_NANOS(5),
  /** R1: context, R2: offset in the packet, R3: where to, R4: bytes; R0: 0 or an error. */
  LOAD_BYTES(26),
  /** The same, and R5: what the offset counts from, 0 the link header, 1 the network header. */
  LOAD_BYTES_RELATIVE(68),
  /** R0: 32 bits at random. */
  RANDOM(7),
  /** R0: the number of the processor. */
  PROCESSOR(8),
  /** R0: as {@link #MONOTONIC_NANOS}, as of the last tick; since Linux 5.11. */
  COARSE_NANOS(160);

  private final int number;

  KernelFunction(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
