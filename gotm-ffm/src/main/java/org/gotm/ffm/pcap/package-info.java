/**
 * libpcap: live capture, capture files of every kind it reads, filters, and the list of interfaces.
 *
 * <p>The library is found by {@link org.gotm.ffm.pcap.PcapLibrary} when it is first needed.
 */
package org.gotm.ffm.pcap;
