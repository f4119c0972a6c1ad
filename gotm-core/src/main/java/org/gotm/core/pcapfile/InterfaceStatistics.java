package org.gotm.core.pcapfile;

import java.util.List;
import java.util.Optional;

/**
 * What a pcapng file says at its end of one of its interfaces.
 *
 * @param interfaceNumber which of the file's interfaces
 * @param beginNanos when the counting began, nanoseconds since 1970
 * @param endNanos when it ended
 * @param counts what was counted, if that is known of this interface alone
 * @param comments what the counts have no place for, in words
 */
public record InterfaceStatistics(
    int interfaceNumber,
    long beginNanos,
    long endNanos,
    Optional<Counts> counts,
    List<String> comments) {

  /**
   * Packets.
   *
   * @param received what the interface took, without those that it dropped itself
   * @param interfaceDropped what the interface dropped
   * @param accepted of the received, what was neither filtered nor discarded on purpose
   * @param dropped of the received, what the system dropped for want of room
   * @param delivered of the received, what the program got
   */
  public record Counts(
      long received, long interfaceDropped, long accepted, long dropped, long delivered) {}
}
