package org.gotm.ffm.kernelcut;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.source.CutOffload;
import org.gotm.ffm.ebpf.BpfMap;
import org.gotm.ffm.linux.MonotonicClock;

/**
 * Which flows have which entry of {@link CutMaps}, and what is in them. An entry that is given back
 * is the last one to be taken again, so that a processor which has just found it has long done with
 * it. One thread.
 */
final class CutEntries {
  private static final VarHandle LONG = JAVA_LONG.varHandle();
  private static final int MOST_A_FLUSH = 64;
  private static final long CLOCK_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** Keys of one family that are to go into their map. */
  private final class Waiting {
    private final BpfMap map;
    private final int keyBytes;
    private final MemorySegment keys;
    private final MemorySegment indexes;
    private final MemorySegment key;
    private final MemorySegment index;
    private final int[] hashes = new int[MOST_A_FLUSH];
    private final long[] opened = new long[MOST_A_FLUSH];
    private int count;

    Waiting(BpfMap map, int keyBytes, Arena arena) {
      this.map = map;
      this.keyBytes = keyBytes;
      keys = arena.allocate((long) MOST_A_FLUSH * keyBytes, Long.BYTES);
      indexes = arena.allocate((long) MOST_A_FLUSH * Integer.BYTES, Integer.BYTES);
      key = arena.allocate(keyBytes, Long.BYTES);
      index = arena.allocate(Integer.BYTES, Integer.BYTES);
    }

    void add(long[] words, int at, int entry, int hash) {
      if (count == MOST_A_FLUSH) {
        flush();
      }
      hashes[count] = hash;
      opened[count] = openings.lastNanos(hash);
      copy(words, at, keys, (long) count * keyBytes);
      indexes.setAtIndex(JAVA_INT, count++, entry);
    }

    private void copy(long[] words, int at, MemorySegment to, long offset) {
      MemorySegment.copy(words, at, to, JAVA_LONG, offset, keyBytes / Long.BYTES);
    }

    void flush() {
      int asked = count;
      count = 0;
      map.updateBatch(keys, indexes, asked);
      for (int i = 0; i < asked; i++) {
        if (openings.lastNanos(hashes[i]) != opened[i]) { // and the program may have found no entry
          set(indexes.getAtIndex(JAVA_INT, i), CutEntryLayout.DEAD, 1);
        }
      }
    }

    int find(long[] words, int at) {
      copy(words, at, key, 0);
      return map.lookup(key, index) ? index.get(JAVA_INT, 0) : CutOffload.NONE;
    }

    void delete(long[] words, int at) {
      copy(words, at, key, 0);
      map.delete(key);
    }
  }

  private final MemorySegment memory;
  private final CutSieve sieve;
  private final CutOpenings openings;
  private final Waiting ipv4;
  private final Waiting ipv6;
  private final int[] free;
  private final MonotonicClock clock = new MonotonicClock();
  private int nextFree;
  private int armed;
  private long refused;
  private long clockNanos;
  private long sinceEpoch;

  /** All are free. */
  CutEntries(CutMaps maps) {
    memory = maps.entries();
    sieve = maps.sieve();
    openings = maps.openings();
    Arena arena = Arena.ofAuto();
    ipv4 = new Waiting(maps.ipv4(), CutMaps.IPV4_KEY_BYTES, arena);
    ipv6 = new Waiting(maps.ipv6(), CutMaps.IPV6_KEY_BYTES, arena);
    free = new int[maps.capacity()];
    for (int i = 0; i < free.length; i++) {
      free[i] = i;
    }
    clockNanos = clock.nanos() - CLOCK_NANOS;
    setClock();
  }

  /** Looks, now and then, how far the kernel's clock is from that of packets. */
  void setClock() {
    long now = clock.nanos();
    if (now - clockNanos >= CLOCK_NANOS) {
      clockNanos = now;
      Instant time = Instant.now();
      sinceEpoch = TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano() - now;
    }
  }

  /** As {@link CutOffload#arm}. */
  int arm(long[] words, int at, long nanos) {
    long meta = words[at];
    int family = (int) meta & 0xff;
    int protocol = (int) (meta >>> 8) & 0xff;
    boolean isIp = family == FlowKeys.FAMILY_IPV4 || family == FlowKeys.FAMILY_IPV6;
    if (!isIp || protocol != CutTransport.TCP && protocol != CutTransport.UDP) {
      return CutOffload.NONE;
    }
    int hash = hash(words, at);
    if (openings.lastNanos(hash) + sinceEpoch + MonotonicClock.MOST_LATE_NANOS >= nanos) {
      return CutOffload.NONE; // a SYN that is not read yet may be its
    }
    if (armed == free.length) {
      refused++;
      return CutOffload.NONE;
    }
    int entry = free[nextFree];
    nextFree = nextFree + 1 == free.length ? 0 : nextFree + 1;
    armed++;
    long offset = (long) entry * CutEntryLayout.LENGTH;
    memory.asSlice(offset, CutEntryLayout.LENGTH).fill((byte) 0);
    set(entry, CutEntryLayout.LAST, clock.nanos());
    sieve.add(words[at], words[at + 1], words[at + 2], words[at + 3], words[at + 4]);
    family(words, at).add(words, at, entry, hash);
    return entry;
  }

  /** As {@link CutOffload#flush}. */
  void flush() {
    ipv4.flush();
    ipv6.flush();
  }

  /** As {@link CutOffload#find}. */
  int find(long[] words, int at) {
    return family(words, at).find(words, at);
  }

  /** As {@link CutOffload#disarm}. */
  void disarm(int entry, long[] words, int at) {
    int place = nextFree + free.length - armed;
    free[place < free.length ? place : place - free.length] = entry;
    armed--;
    family(words, at).delete(words, at);
    sieve.remove(words[at], words[at + 1], words[at + 2], words[at + 3], words[at + 4]);
  }

  private Waiting family(long[] words, int at) {
    return ((int) words[at] & 0xff) == FlowKeys.FAMILY_IPV4 ? ipv4 : ipv6;
  }

  /** True if the kernel lets the packets of its flow pass. */
  boolean isDead(int entry) {
    return get(entry, CutEntryLayout.DEAD) != 0;
  }

  /** Packets of an end that the kernel has cut. */
  long packets(int entry, int end) {
    return get(entry, CutEntryLayout.PACKETS + end * CutEntryLayout.END_LENGTH);
  }

  /** Bytes of them. */
  long bytes(int entry, int end) {
    return get(entry, CutEntryLayout.BYTES + end * CutEntryLayout.END_LENGTH);
  }

  /** Payload bytes of them. */
  long payloadBytes(int entry, int end) {
    return get(entry, CutEntryLayout.PAYLOAD + end * CutEntryLayout.END_LENGTH);
  }

  /** When the last of them came, nanoseconds since 1970. */
  long lastNanos(int entry) {
    return get(entry, CutEntryLayout.LAST) + sinceEpoch;
  }

  private static int hash(long[] words, int at) {
    return CutSieve.hash(words[at], words[at + 1], words[at + 2], words[at + 3], words[at + 4]);
  }

  private void set(int entry, int offset, long word) {
    LONG.setOpaque(memory, (long) entry * CutEntryLayout.LENGTH + offset, word);
  }

  private long get(int entry, int offset) {
    return (long) LONG.getOpaque(memory, (long) entry * CutEntryLayout.LENGTH + offset);
  }

  /** Entries that are taken. */
  int armed() {
    return armed;
  }

  /** Flows that got none as all were taken. */
  long refused() {
    return refused;
  }
}
