/**
 * eBPF: programs for the kernel, written with an assembler, and the few commands of bpf(2) that
 * load them, keep their maps and try them out. {@link org.gotm.ffm.ebpf.FanoutProgram} spreads the
 * packets of an interface over sockets.
 *
 * <p>Uses {@link org.gotm.ffm.linux}, and {@link org.gotm.ffm.bpf} for what both kinds of fanout
 * program are told.
 */
package org.gotm.ffm.ebpf;
