/**
 * Packets of cut flows dropped in the kernel, by an eBPF program on the AF_PACKET socket.
 *
 * <p>{@link org.gotm.ffm.kernelcut.CutMaps} is what the kernel knows of the flows, {@link
 * org.gotm.ffm.kernelcut.CutProgram} the program that looks into it. Uses {@link
 * org.gotm.ffm.ebpf}.
 */
package org.gotm.ffm.kernelcut;
