package org.gotm.ffm.kernelcut;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.gotm.ffm.ebpf.BpfException;
import org.gotm.ffm.ebpf.BpfMap;

/**
 * The flows that one socket's program cuts, in the kernel: tables from the key of a flow to an
 * index, a sieve before them, an array of entries by this index, and totals. The kernel and this
 * process have all but the tables in common memory. One thread changes what is in it; any may read
 * the totals.
 *
 * <p>A key is the words of {@link org.gotm.core.packet.FlowKeys} as they are: meta and address 0
 * for IPv4, meta and addresses 0 to 3 for IPv6.
 */
public final class CutMaps implements AutoCloseable {
  static final int IPV4_KEY_BYTES = 2 * Long.BYTES;
  static final int IPV6_KEY_BYTES = 5 * Long.BYTES;

  private final int capacity;
  private final Arena arena = Arena.ofShared();
  private final List<BpfMap> maps = new ArrayList<>();
  private final BpfMap ipv4;
  private final BpfMap ipv6;
  private final BpfMap entryMap;
  private final BpfMap totalMap;
  private final BpfMap sieveMap;
  private final BpfMap openingsMap;
  private final MemorySegment entries;
  private final CutTotals totals;
  private final CutSieve sieve;
  private final CutOpenings openings;

  /**
   * Makes them, empty.
   *
   * @param capacity most flows that can be cut at a time, of IPv4 and of IPv6 each as of both; a
   *     flow takes some 270 bytes of the kernel's memory, whether there is one or not
   * @throws BpfException if the kernel does not let this process have them
   */
  public CutMaps(int capacity) {
    this.capacity = capacity;
    try {
      ipv4 = own(BpfMap.hash("gotm_cut_ipv4", IPV4_KEY_BYTES, Integer.BYTES, capacity));
      ipv6 = own(BpfMap.hash("gotm_cut_ipv6", IPV6_KEY_BYTES, Integer.BYTES, capacity));
      entryMap = own(BpfMap.array("gotm_cut_flows", CutEntryLayout.LENGTH, capacity, true));
      totalMap = own(BpfMap.array("gotm_cut_totals", CutTotals.LENGTH, 1, true));
      sieveMap = own(BpfMap.array("gotm_cut_sieve", CutSieve.LENGTH, 1, true));
      entries = entryMap.map(arena);
      totals = new CutTotals(totalMap.map(arena));
      sieve = new CutSieve(sieveMap.map(arena));
      openingsMap = own(BpfMap.array("gotm_cut_syns", CutOpenings.LENGTH, 1, true));
      openings = new CutOpenings(openingsMap.map(arena));
    } catch (BpfException e) {
      close();
      throw e;
    }
  }

  private BpfMap own(BpfMap map) {
    maps.add(map);
    return map;
  }

  /** Most flows at a time. */
  public int capacity() {
    return capacity;
  }

  /** Packets that were cut so far. */
  public long packets() {
    return totals.packets();
  }

  /** Bytes of the packets that were cut so far, as the socket would have got them. */
  public long bytes() {
    return totals.bytes();
  }

  /** From an IPv4 key to the index of an entry, an int. */
  BpfMap ipv4() {
    return ipv4;
  }

  /** From an IPv6 key to the index of an entry, an int. */
  BpfMap ipv6() {
    return ipv6;
  }

  /** The entries, for the program. */
  BpfMap entryMap() {
    return entryMap;
  }

  /** The totals, for the program. */
  BpfMap totalMap() {
    return totalMap;
  }

  /** The bits of {@link #sieve}, for the program. */
  BpfMap sieveMap() {
    return sieveMap;
  }

  /** What is asked before the tables; a flow that is not in there is not cut. */
  CutSieve sieve() {
    return sieve;
  }

  /** The times of {@link #openings}, for the program. */
  BpfMap openingsMap() {
    return openingsMap;
  }

  /** When connections were opened. */
  CutOpenings openings() {
    return openings;
  }

  /** The entries, as {@link CutEntryLayout}, one behind the other. */
  MemorySegment entries() {
    return entries;
  }

  /** Gives them back, except what a program that is loaded still uses. */
  @Override
  public void close() {
    maps.forEach(BpfMap::close);
    arena.close();
  }
}
