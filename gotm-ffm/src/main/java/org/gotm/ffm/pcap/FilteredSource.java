package org.gotm.ffm.pcap;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.SourceStats;

/**
 * Another source's packets, less those that do not match a filter expression: for sources that
 * cannot filter themselves, such as a file. Hot path.
 *
 * <p>As with a filter in the kernel, a packet that does not match does not count as received.
 */
public final class FilteredSource implements PacketSource {
  private final PacketSource source;
  private final PcapFilter filter;
  private final BatchHandler select = this::select;
  private PacketBatch selected = new PacketBatch(PacketBatch.DEFAULT_CAPACITY);
  private BatchHandler handler;
  private int matched;
  private long rejected;

  private FilteredSource(PacketSource source, PcapFilter filter) {
    this.source = source;
    this.filter = filter;
  }

  /**
   * Filters a source.
   *
   * @param source whose frames have their VLAN tags in place; owned from now on and closed with the
   *     filtered one, also if this fails
   * @param expression see pcap-filter(7); empty matches everything
   * @throws FilterException if it cannot be compiled for the source's link type
   */
  public static PacketSource of(PacketSource source, String expression) {
    if (FilterExpression.isEverything(expression)) {
      return source;
    }
    try {
      return new FilteredSource(
          source, PcapFilter.compile(expression, source.linkType(), PcapHeaderLayout.MAX_SNAPLEN));
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  @Override
  public int poll(BatchHandler newHandler) {
    handler = newHandler;
    matched = 0;
    return source.poll(select) == END ? END : matched;
  }

  private void select(PacketBatch batch) {
    int count = batch.count();
    if (selected.capacity() < count) {
      selected = new PacketBatch(batch.capacity());
    }
    selected.clear(batch.segment);
    for (int i = 0; i < count; i++) {
      long offset = batch.offsets[i];
      int caplen = batch.caplens[i];
      int wireLength = batch.wireLengths[i];
      if (filter.matches(batch.segment, offset, caplen, wireLength)) {
        selected.add(offset, caplen, wireLength, batch.timestampsNanos[i], batch.vlanTags[i]);
      }
    }
    int kept = selected.count();
    rejected += count - kept;
    if (kept > 0) {
      matched += kept;
      try {
        handler.onBatch(selected);
      } finally {
        selected.clear(MemorySegment.NULL); // the packets are dead when the source goes on
      }
    }
  }

  @Override
  public void readStats(SourceStats stats) {
    source.readStats(stats);
    stats.received -= rejected;
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public int linkType() {
    return source.linkType();
  }

  @Override
  public boolean isLive() {
    return source.isLive();
  }

  @Override
  public void stop() {
    source.stop();
  }

  @Override
  public void wakeup() {
    source.wakeup();
  }

  @Override
  public List<String> extraCounters() {
    return source.extraCounters();
  }

  @Override
  public String error() {
    return source.error();
  }

  @Override
  public void close() {
    source.close();
    filter.close();
  }
}
