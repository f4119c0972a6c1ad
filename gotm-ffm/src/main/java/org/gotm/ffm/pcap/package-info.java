/**
 * libpcap: live capture, capture files of every kind it reads, the list of interfaces, and filter
 * expressions, compiled for whoever wants them: {@link org.gotm.ffm.pcap.FilterCompiler} for packet
 * sockets, {@link org.gotm.ffm.pcap.FilteredSource} for sources that cannot filter.
 *
 * <p>The library is found by {@link org.gotm.ffm.pcap.PcapLibrary} when it is first needed. Uses
 * {@link org.gotm.ffm.linux} and {@link org.gotm.ffm.bpf}.
 */
package org.gotm.ffm.pcap;
