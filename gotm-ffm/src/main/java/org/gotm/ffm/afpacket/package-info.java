/**
 * Packets read in place from the memory-mapped ring of Linux AF_PACKET sockets (TPACKET_V3).
 *
 * <p>{@link org.gotm.ffm.afpacket.AfPacketSource} captures on one socket, {@link
 * org.gotm.ffm.afpacket.AfPacketGroup} spreads an interface over several. Nothing but the C library
 * is needed.
 *
 * <p>Uses {@link org.gotm.ffm.linux} and {@link org.gotm.ffm.bpf}, and knows nothing of libpcap:
 * who has a filter expression has {@code org.gotm.ffm.pcap.FilterCompiler} make a program of it.
 */
package org.gotm.ffm.afpacket;
