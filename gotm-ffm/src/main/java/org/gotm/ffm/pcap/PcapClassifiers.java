package org.gotm.ffm.pcap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;
import org.gotm.core.flow.TrafficClasses;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.source.PacketBatch;

/**
 * Tells classes of traffic by filter expressions: a flow is of the first class whose expression
 * matches its first packet.
 *
 * <p>Each classifier that it gives has filters of its own, for one thread. They are compiled when
 * it is asked for, or before, by {@link #prepare}. Any thread; closed when no classifier is used
 * any more.
 */
public final class PcapClassifiers
    implements IntFunction<TrafficClasses.Classifier>, AutoCloseable {
  private final List<String> expressions;
  private final Map<Integer, Queue<Filters>> prepared = new ConcurrentHashMap<>();
  private final Queue<Filters> all = new ConcurrentLinkedQueue<>();

  /**
   * Classifiers for these classes.
   *
   * @param expressions see pcap-filter(7), one a class; an empty one matches everything
   */
  public PcapClassifiers(List<String> expressions) {
    this.expressions = List.copyOf(expressions);
  }

  /**
   * Compiles the expressions for packets of a link type, so that {@link #apply} has nothing to do.
   *
   * @param count how many threads are to classify such packets
   * @throws FilterException if an expression cannot be compiled, or nothing can ever match it
   * @throws org.gotm.ffm.linux.NativeLibraryException if there is no libpcap
   */
  public void prepare(int linkType, int count) {
    for (int i = 0; i < count; i++) {
      prepared
          .computeIfAbsent(linkType, any -> new ConcurrentLinkedQueue<>())
          .add(compile(linkType, false));
    }
  }

  /**
   * A classifier for one thread. An expression that has no meaning for this link type matches
   * nothing.
   */
  @Override
  public TrafficClasses.Classifier apply(int linkType) {
    Queue<Filters> ready = prepared.get(linkType);
    Filters filters = ready == null ? null : ready.poll();
    return filters == null ? compile(linkType, true) : filters;
  }

  private Filters compile(int linkType, boolean isLenient) {
    Filters filters = new Filters(linkType, expressions.size());
    all.add(filters);
    for (int i = 0; i < filters.filters.length; i++) {
      filters.filters[i] = compile(expressions.get(i), linkType, isLenient);
    }
    return filters;
  }

  private static PcapFilter compile(String expression, int linkType, boolean isLenient) {
    try {
      return PcapFilter.compile(expression, linkType, PcapHeaderLayout.MAX_SNAPLEN);
    } catch (FilterException e) {
      if (isLenient) {
        return null; // such as "ether host" where there is no Ethernet, or a link type unknown to
        // libpcap
      }
      throw e;
    }
  }

  @Override
  public void close() {
    all.forEach(Filters::close);
  }

  /** The filters of one thread, and room for a frame whose VLAN tag is put back. */
  private static final class Filters implements TrafficClasses.Classifier {
    private static final ValueLayout.OfInt TAG = JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int ADDRESSES_LENGTH = 12;
    private static final int TAG_LENGTH = 4;
    private static final int LONGEST_TAGGED = 2048;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment tagged = arena.allocate(LONGEST_TAGGED);
    private final PcapFilter[] filters; // null where an expression has no meaning
    private final boolean isEthernet;

    Filters(int linkType, int count) {
      isEthernet = LinkType.ofFrames(linkType) == LinkType.ETHERNET;
      filters = new PcapFilter[count];
    }

    @Override
    public int classOf(PacketBatch batch, int index) {
      int caplen = batch.caplens[index];
      int wireLength = batch.wireLengths[index];
      int tag = batch.vlanTags[index];
      if (tag != 0 && isEthernet && caplen >= ADDRESSES_LENGTH) {
        return match(tagged, 0, putBack(tag, batch, index), wireLength + TAG_LENGTH);
      }
      return match(batch.segment, batch.offsets[index], caplen, wireLength);
    }

    /** As the frame was on the wire, as far as there is room; answers the length. */
    private int putBack(int tag, PacketBatch batch, int index) {
      long from = batch.offsets[index];
      int length = Math.min(batch.caplens[index], LONGEST_TAGGED - TAG_LENGTH);
      MemorySegment.copy(batch.segment, JAVA_BYTE, from, tagged, JAVA_BYTE, 0, ADDRESSES_LENGTH);
      tagged.set(TAG, ADDRESSES_LENGTH, tag);
      MemorySegment.copy(
          batch.segment,
          JAVA_BYTE,
          from + ADDRESSES_LENGTH,
          tagged,
          JAVA_BYTE,
          ADDRESSES_LENGTH + TAG_LENGTH,
          length - ADDRESSES_LENGTH);
      return length + TAG_LENGTH;
    }

    private int match(MemorySegment segment, long offset, int caplen, int wireLength) {
      for (int i = 0; i < filters.length; i++) {
        if (filters[i] != null && filters[i].matches(segment, offset, caplen, wireLength)) {
          return i;
        }
      }
      return NONE;
    }

    void close() {
      for (PcapFilter filter : filters) {
        if (filter != null) {
          filter.close();
        }
      }
      arena.close();
    }
  }
}
