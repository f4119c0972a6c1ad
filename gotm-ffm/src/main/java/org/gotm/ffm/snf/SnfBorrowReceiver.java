package org.gotm.ffm.snf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketBatch;
import org.gotm.ffm.linux.Errno;
import org.gotm.ffm.snf.generated.snf_h;
import org.gotm.ffm.snf.generated.snf_recv_req;
import org.gotm.ffm.snf.generated.snf_ring_qinfo;

/**
 * {@code snf_ring_recv_many}: borrows many packets, hands them over as one batch, and returns them.
 * Hot path. One thread.
 *
 * <p>Few facts are known about this call, so the first one borrows a single packet, and checks that
 * the library fills in {@code struct snf_recv_req} as {@code snf.h} has it; where it does not, or
 * refuses, {@link #isUsable} becomes false, and the ring is to be read by {@link SnfPlainReceiver}.
 */
final class SnfBorrowReceiver implements SnfReceiver {
  private static final long STRIDE = snf_recv_req.sizeof();
  private static final long ADDRESS = snf_recv_req.pkt_addr$offset();
  private static final long LENGTH = snf_recv_req.length$offset();
  private static final long TIMESTAMP = snf_recv_req.timestamp$offset();
  private static final long LENGTH_DATA = snf_recv_req.length_data$offset();
  private static final long HASH = snf_recv_req.hw_hash$offset();
  private static final long BORROWED = snf_ring_qinfo.q_borrowed$offset();

  /** Room beyond the requests, for a library whose structures are larger than thought. */
  private static final long SPARE_BYTES = 128;

  private static final byte UNTOUCHED = (byte) 0xa5;
  private static final int EVERYTHING = -1;

  private final String name;
  private final MemorySegment ring;
  private final SnfHandover handover;
  private final MemorySegment requests;
  private final MemorySegment count;
  private final MemorySegment queue;
  private boolean checked;
  private boolean usable = true;

  SnfBorrowReceiver(String name, MemorySegment ring, SnfHandover handover, Arena arena) {
    this.name = name;
    this.ring = ring;
    this.handover = handover;
    requests = arena.allocate(PacketBatch.DEFAULT_CAPACITY * STRIDE + SPARE_BYTES, Long.BYTES);
    count = arena.allocate(JAVA_INT);
    queue = arena.allocate(SPARE_BYTES, Long.BYTES);
  }

  @Override
  public boolean isUsable() {
    return usable;
  }

  @Override
  public int receive(int timeoutMillis, int limit, BatchHandler handler) {
    return checked
        ? receiveMany(timeoutMillis, limit, handler)
        : receiveFirst(timeoutMillis, handler);
  }

  private int receiveMany(int timeoutMillis, int limit, BatchHandler handler) {
    int most = Math.min(limit, PacketBatch.DEFAULT_CAPACITY);
    int answer =
        Math.abs(
            snf_h.snf_ring_recv_many(
                ring, timeoutMillis, requests, most, count, MemorySegment.NULL));
    int packets = Math.min(count.get(JAVA_INT, 0), most);
    if (answer != 0 || packets <= 0) {
      return answer == 0 ? -Errno.EAGAIN : -answer;
    }
    int borrowed = 0;
    handover.begin();
    long at = 0;
    for (int i = 0; i < packets; i++) {
      add(at);
      borrowed += requests.get(JAVA_INT, at + LENGTH_DATA);
      at += STRIDE;
    }
    try {
      handover.handOver(handler);
    } finally {
      giveBack(borrowed);
    }
    return packets;
  }

  private void add(long at) {
    handover.add(
        requests.get(JAVA_LONG, at + ADDRESS),
        requests.get(JAVA_INT, at + LENGTH),
        requests.get(JAVA_INT, at + LENGTH_DATA),
        requests.get(JAVA_LONG, at + TIMESTAMP));
  }

  private void giveBack(int bytes) {
    int answer = snf_h.snf_ring_return_many(ring, bytes, MemorySegment.NULL);
    if (answer != 0) {
      throw SnfFailure.of(name, "snf_ring_return_many", answer);
    }
  }

  /** Address, length and time are where they are in every level, so the packet is good anyway. */
  private int receiveFirst(int timeoutMillis, BatchHandler handler) {
    requests.fill(UNTOUCHED);
    queue.fill((byte) 0);
    count.set(JAVA_INT, 0, 0);
    int answer = Math.abs(snf_h.snf_ring_recv_many(ring, timeoutMillis, requests, 1, count, queue));
    if (answer != 0) {
      usable = SnfLibrary.isNothing(answer);
      return -answer;
    }
    if (count.get(JAVA_INT, 0) == 0) {
      return -Errno.EAGAIN;
    }
    checked = true;
    usable = isAsExpected();
    handover.begin();
    add(0);
    try {
      handover.handOver(handler);
    } finally {
      giveBack(EVERYTHING);
    }
    return 1;
  }

  /** One request was filled in to its end and not beyond, and its bytes are those lent. */
  private boolean isAsExpected() {
    int lengthData = requests.get(JAVA_INT, LENGTH_DATA);
    int untouched = UNTOUCHED & 0xff;
    untouched |= untouched << 8;
    untouched |= untouched << 16;
    return count.get(JAVA_INT, 0) == 1
        && lengthData >= requests.get(JAVA_INT, LENGTH)
        && lengthData == queue.get(JAVA_LONG, BORROWED)
        && requests.get(JAVA_INT, HASH) != untouched
        && requests.get(JAVA_INT, STRIDE) == untouched;
  }
}
