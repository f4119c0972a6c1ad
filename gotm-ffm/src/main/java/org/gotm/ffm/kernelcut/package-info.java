/** Packets of cut flows dropped in the kernel, by an eBPF program on the AF_PACKET socket. */
package org.gotm.ffm.kernelcut;
