/**
 * Classic BPF: programs for the kernel, written with an assembler, and what attaches them to a
 * socket. Nothing here is compiled from an expression; that takes libpcap, in {@code
 * org.gotm.ffm.pcap}.
 *
 * <p>Uses {@link org.gotm.ffm.linux} alone.
 */
package org.gotm.ffm.bpf;
