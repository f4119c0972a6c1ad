package org.gotm.ffm.ebpf;

/**
 * A register of eBPF, 64 bits. What a call answers is in R0, its arguments are R1 to R5, and all
 * six are lost by it; R6 to R9 are kept. A program starts with its context in R1. Source:
 * Documentation/bpf/standardization/instruction-set.rst of Linux.
 */
public enum Register {
  R0,
  R1,
  R2,
  R3,
  R4,
  R5,
  R6,
  R7,
  R8,
  R9,
  /** The end of the stack, which is below it; never written to. */
  R10
}
