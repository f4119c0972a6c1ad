package org.gotm.store.query;

/**
 * What became of a search.
 *
 * @param packets packets in the answer
 * @param bytes bytes of the answer, as stenographer counts them
 * @param leftOut packets that are answers too, but of a link type for which a classic pcap file has
 *     no place
 * @param files capture files looked into
 * @param looked packets looked at
 * @param cutShort the limit that ended the search before its end, in words; empty if it is complete
 */
public record Answer(
    long packets, long bytes, long leftOut, int files, long looked, String cutShort) {
  /** True if nothing was left out for a limit. */
  public boolean isComplete() {
    return cutShort.isEmpty();
  }
}
