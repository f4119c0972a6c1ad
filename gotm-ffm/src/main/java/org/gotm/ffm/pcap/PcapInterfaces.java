package org.gotm.ffm.pcap;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.gotm.core.packet.AddressText;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.pcap.generated.pcap_addr;
import org.gotm.ffm.pcap.generated.pcap_h;
import org.gotm.ffm.pcap.generated.pcap_if;
import org.gotm.ffm.pcap.generated.sockaddr;

/** Lists the interfaces that libpcap can capture from, without needing rights. */
public final class PcapInterfaces {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int AF_PACKET = 17;
  private static final int INET_ADDRESS = 4;
  private static final int INET6_ADDRESS = 8;
  private static final int LINK_ADDRESS_LENGTH = 11;
  private static final int LINK_ADDRESS = 12;

  private PcapInterfaces() {}

  /**
   * All interfaces, in libpcap's order: the ones most worth capturing from first.
   *
   * @throws PacketSourceException if libpcap is not there or cannot tell
   */
  public static List<PcapInterface> list() {
    PcapLibrary.load();
    try (Arena call = Arena.ofConfined()) {
      MemorySegment errors = call.allocate(pcap_h.PCAP_ERRBUF_SIZE());
      MemorySegment first = call.allocate(ADDRESS);
      if (pcap_h.pcap_findalldevs(first, errors) != 0) {
        throw new PacketSourceException("cannot list interfaces: " + errors.getString(0));
      }
      MemorySegment devices = first.get(ADDRESS, 0);
      try {
        return read(devices);
      } finally {
        pcap_h.pcap_freealldevs(devices);
      }
    }
  }

  private static List<PcapInterface> read(MemorySegment first) {
    List<PcapInterface> interfaces = new ArrayList<>();
    MemorySegment next = first;
    while (!MemorySegment.NULL.equals(next)) {
      MemorySegment device = next.reinterpret(pcap_if.sizeof());
      MemorySegment description = pcap_if.description(device);
      int flags = pcap_if.flags(device);
      interfaces.add(
          new PcapInterface(
              pcap_if.name(device).getString(0),
              MemorySegment.NULL.equals(description) ? "" : description.getString(0),
              addresses(pcap_if.addresses(device)),
              (flags & pcap_h.PCAP_IF_UP()) != 0,
              (flags & pcap_h.PCAP_IF_RUNNING()) != 0,
              (flags & pcap_h.PCAP_IF_LOOPBACK()) != 0));
      next = pcap_if.next(device);
    }
    return List.copyOf(interfaces);
  }

  private static List<String> addresses(MemorySegment first) {
    List<String> addresses = new ArrayList<>();
    MemorySegment next = first;
    while (!MemorySegment.NULL.equals(next)) {
      MemorySegment entry = next.reinterpret(pcap_addr.sizeof());
      MemorySegment address = pcap_addr.addr(entry);
      if (!MemorySegment.NULL.equals(address)) {
        add(addresses, address);
      }
      next = pcap_addr.next(entry);
    }
    return List.copyOf(addresses);
  }

  private static void add(List<String> addresses, MemorySegment address) {
    switch (sockaddr.sa_family(address)) {
      case AF_INET -> addresses.add(AddressText.of(bytes(address, INET_ADDRESS, 4)));
      case AF_INET6 -> addresses.add(AddressText.of(bytes(address, INET6_ADDRESS, 16)));
      case AF_PACKET -> {
        int length = address.get(JAVA_BYTE, LINK_ADDRESS_LENGTH);
        addresses.add(HexFormat.ofDelimiter(":").formatHex(bytes(address, LINK_ADDRESS, length)));
      }
      default -> {
        // an address family that has no usual way of being written
      }
    }
  }

  private static byte[] bytes(MemorySegment address, int offset, int length) {
    return address.asSlice(offset, length).toArray(JAVA_BYTE);
  }
}
