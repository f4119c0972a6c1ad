package org.gotm.app.bpf;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.ffm.pcap.FilterException;
import org.gotm.ffm.pcap.PcapFilter;
import org.gotm.store.query.PacketTest;

/**
 * libpcap's expressions as tests of packets, compiled once for each link type that comes. An
 * expression that has no meaning for a link type matches none of its packets. One thread.
 */
public final class BpfTests implements PacketTest.Compiler, AutoCloseable {
  private final List<PcapFilter> filters = new ArrayList<>();

  /** One expression, for each link type. */
  private final class Test implements PacketTest {
    private final String expression;
    private final Map<Integer, PcapFilter> byLinkType = new HashMap<>();

    Test(String expression) {
      this.expression = expression;
      byLinkType.put(LinkType.ETHERNET, compiled(expression, LinkType.ETHERNET));
    }

    @Override
    public boolean matches(
        int linkType, MemorySegment memory, long offset, int caplen, int wireLength) {
      PcapFilter filter = byLinkType.computeIfAbsent(linkType, this::orNone);
      return filter != null && filter.matches(memory, offset, caplen, wireLength);
    }

    private PcapFilter orNone(int linkType) {
      try {
        return compiled(expression, linkType);
      } catch (FilterException e) {
        return null; // asked again for each packet of that link type, which is rare
      }
    }
  }

  private PcapFilter compiled(String expression, int linkType) {
    PcapFilter filter = PcapFilter.compile(expression, linkType, PcapHeaderLayout.MAX_SNAPLEN);
    filters.add(filter);
    return filter;
  }

  @Override
  public PacketTest compile(String expression) {
    try {
      return new Test(expression);
    } catch (FilterException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    filters.forEach(PcapFilter::close);
  }
}
