/**
 * eBPF: an assembler, and the few commands of bpf(2) that load programs, keep their maps and try
 * them out. Needs no compiler and no other library.
 *
 * <p>Uses {@link org.gotm.ffm.linux}, and {@link org.gotm.ffm.bpf} for programs of classic BPF.
 */
package org.gotm.ffm.ebpf;
