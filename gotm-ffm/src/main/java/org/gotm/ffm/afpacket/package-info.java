/**
 * Packets read in place from the memory-mapped ring of Linux AF_PACKET sockets (TPACKET_V3).
 *
 * <p>{@link org.gotm.ffm.afpacket.AfPacketSource} captures on one socket, {@link
 * org.gotm.ffm.afpacket.AfPacketGroup} spreads an interface over several. Nothing but the C library
 * is needed.
 */
package org.gotm.ffm.afpacket;
