package org.gotm.core.source;

import java.util.List;

/**
 * A capture method: where packets come from. This is all that libpcap, AF_PACKET, SNF and a file
 * have in common, and all that a new method must implement.
 *
 * <p>Thread rule: one thread polls, stops and reads statistics; {@link #wakeup} and {@link #error}
 * may be called from any thread. A source is closed after the polling thread is done with it.
 */
public interface PacketSource extends AutoCloseable {

  /** Answer of {@link #poll} when no packet will ever come again. */
  int END = -1;

  /** The interface or file that packets come from, as a user named it. */
  String name();

  /**
   * The LINKTYPE_ value (as in file headers, not the DLT_ of the libpcap API) of all packets;
   * {@code LinkType} in package {@code packet} names those that can be decoded. As there, bits 26
   * and 28 to 31 are set if a file tells of a frame check sequence at the end of its packets.
   */
  int linkType();

  /** True when packets arrive by themselves and are lost if nobody polls; false for a file. */
  boolean isLive();

  /**
   * Hands the packets that are there to the handler, waiting a bounded time (at most 100 ms) if
   * there are none. Each batch is valid only during the call that hands it over. What the handler
   * throws must come out of this call as it is: a worker refuses a batch that was filled wrongly.
   *
   * @return the number of packets handed over, 0 if none came in time, or {@link #END}
   * @throws PacketSourceException if the source failed, or a file is damaged; packets before the
   *     damage were handed over
   */
  int poll(BatchHandler handler);

  /**
   * Takes no new packets from now on. What the ring still holds comes out of the next polls, then
   * they answer {@link #END}. Harmless when called twice.
   */
  void stop();

  /** Makes a {@link #poll} that waits return soon. Any thread. */
  void wakeup();

  /** Brings the running totals of the source up to date. */
  void readStats(SourceStats stats);

  /**
   * Names of the counters that only this kind of source has, in the order of {@link
   * SourceStats#extra}; lower case with underscores, as metrics use them.
   */
  default List<String> extraCounters() {
    return List.of();
  }

  /**
   * What keeps the source from working now, such as an interface that is down, or null. Any thread.
   */
  default String error() {
    return null;
  }

  /**
   * A way to have packets of cut flows dropped before they come here, or null. The same object each
   * time, from the first {@link #poll} to {@link #close}.
   */
  default CutOffload cutOffload() {
    return null;
  }

  /** Frees ring, descriptors and memory. No packet of this source may be touched afterwards. */
  @Override
  void close();
}
