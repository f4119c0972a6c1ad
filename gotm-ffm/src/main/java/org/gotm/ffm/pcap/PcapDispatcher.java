package org.gotm.ffm.pcap;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketBatch;
import org.gotm.ffm.pcap.generated.pcap_pkthdr;
import org.gotm.ffm.pcap.generated.timeval;

/**
 * Takes packets out of {@code pcap_dispatch} and hands each, where it lies, to a handler. Hot path.
 *
 * <p>Pointers come as plain addresses, and all memory is one segment: nothing is allocated for a
 * packet. What the handler throws is kept, ends the dispatch and is thrown again after it.
 */
final class PcapDispatcher {
  /** All of memory: an offset in it is an address. */
  private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final long SECONDS = pcap_pkthdr.ts$offset();
  private static final long FRACTION = SECONDS + timeval.tv_usec$offset();
  private static final long CAPLEN = pcap_pkthdr.caplen$offset();
  private static final long LENGTH = pcap_pkthdr.len$offset();
  private static final long NANOS_A_SECOND = 1_000_000_000;
  private static final MethodHandle ON_PACKET = onPacketHandle();

  private final PacketBatch batch = new PacketBatch(1);
  private final MemorySegment callback;
  private final int maxCaplen;
  private PcapHandle handle;
  private BatchHandler handler;
  private int nanosPerUnit;
  private int packets;
  private Throwable failure;

  /**
   * A dispatcher whose callback lives as long as the arena.
   *
   * @param maxCaplen bytes of a packet that are passed on at most
   */
  PcapDispatcher(Arena arena, int maxCaplen) {
    this.maxCaplen = maxCaplen;
    callback =
        Linker.nativeLinker()
            .upcallStub(
                ON_PACKET.bindTo(this),
                FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG),
                arena);
  }

  private static MethodHandle onPacketHandle() {
    try {
      return MethodHandles.lookup()
          .findVirtual(
              PcapDispatcher.class,
              "onPacket",
              MethodType.methodType(void.class, long.class, long.class, long.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * Hands over up to {@code count} packets.
   *
   * @return what {@code pcap_dispatch} answered; {@link #packets} tells how many were handed over
   */
  int dispatch(PcapHandle from, int count, BatchHandler to) {
    handle = from;
    handler = to;
    nanosPerUnit = from.nanosPerUnit();
    packets = 0;
    int result = from.dispatch(count, callback);
    if (failure != null) {
      rethrow();
    }
    return result;
  }

  /** How many packets the last dispatch has handed over, also if it failed. */
  int packets() {
    return packets;
  }

  private void rethrow() {
    Throwable thrown = failure;
    failure = null;
    switch (thrown) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException("the packet handler failed", thrown);
    }
  }

  /** A {@code pcap_handler}: nothing may be thrown out of it. */
  void onPacket(long user, long header, long bytes) {
    if (failure != null) {
      return;
    }
    try {
      long seconds = MEMORY.get(JAVA_LONG, header + SECONDS);
      long fraction = MEMORY.get(JAVA_LONG, header + FRACTION);
      int caplen = MEMORY.get(JAVA_INT, header + CAPLEN);
      int wireLength = MEMORY.get(JAVA_INT, header + LENGTH);
      batch.clear(MEMORY);
      batch.add(
          bytes,
          Math.clamp(Integer.toUnsignedLong(caplen), 0, maxCaplen),
          wireLength < 0 ? Integer.MAX_VALUE : wireLength,
          seconds * NANOS_A_SECOND + fraction * nanosPerUnit,
          0);
      handler.onBatch(batch);
      packets++;
    } catch (Throwable e) {
      failure = e;
      handle.breakLoop();
    }
  }
}
