package org.gotm.ffm.pcap;

import java.util.List;

/**
 * An interface that libpcap can capture from, as it was when it was listed.
 *
 * @param name what to ask for
 * @param description libpcap's words for it, empty if it has none
 * @param addresses IPv4, IPv6 and MAC addresses as text
 * @param isUp true if it is configured up
 * @param isRunning true if it has a link
 * @param isLoopback true if it only reaches this machine
 */
public record PcapInterface(
    String name,
    String description,
    List<String> addresses,
    boolean isUp,
    boolean isRunning,
    boolean isLoopback) {}
