package org.gotm.ffm.snf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.core.source.BatchHandler;
import org.gotm.ffm.snf.generated.snf_h;
import org.gotm.ffm.snf.generated.snf_recv_req;

/**
 * {@code snf_ring_recv}: one packet at a time, which dies as soon as the next call is entered,
 * whatever that answers. So a batch holds one packet. Hot path. One thread.
 *
 * <p>Works with every level of the library: address, length and time are at the same place in all,
 * and nothing much depends on the bytes a packet takes in the ring.
 */
final class SnfPlainReceiver implements SnfReceiver {
  /** As large as any level's {@code struct snf_recv_req}, and larger. */
  private static final long REQUEST_BYTES = 128;

  private static final int PACKETS_A_CALL = 32;

  /** For all but the first packet: a timeout of 0 is said to disturb other users of the port. */
  private static final int NEXT_TIMEOUT_MILLIS = 1;

  private static final long ADDRESS = snf_recv_req.pkt_addr$offset();
  private static final long LENGTH = snf_recv_req.length$offset();
  private static final long LENGTH_DATA = snf_recv_req.length_data$offset();
  private static final long TIMESTAMP = snf_recv_req.timestamp$offset();

  private final MemorySegment ring;
  private final SnfHandover handover;
  private final MemorySegment request;
  private int laterAnswer;

  SnfPlainReceiver(MemorySegment ring, SnfHandover handover, Arena arena) {
    this.ring = ring;
    this.handover = handover;
    request = arena.allocate(REQUEST_BYTES, Long.BYTES);
  }

  @Override
  public boolean isUsable() {
    return true;
  }

  @Override
  public int receive(int timeoutMillis, int limit, BatchHandler handler) {
    if (laterAnswer != 0) {
      int answer = laterAnswer;
      laterAnswer = 0;
      return -answer;
    }
    int timeout = timeoutMillis;
    int most = Math.min(limit, PACKETS_A_CALL);
    for (int packets = 0; packets < most; packets++) {
      int answer = Math.abs(snf_h.snf_ring_recv(ring, timeout, request));
      if (answer != 0) {
        return packets == 0 ? -answer : later(answer, packets);
      }
      handover.begin();
      handover.add(
          request.get(JAVA_LONG, ADDRESS),
          request.get(JAVA_INT, LENGTH),
          request.get(JAVA_INT, LENGTH_DATA),
          request.get(JAVA_LONG, TIMESTAMP));
      handover.handOver(handler);
      timeout = Math.min(timeout, NEXT_TIMEOUT_MILLIS);
    }
    return most;
  }

  /** Packets were handed over before the ring failed: tells of them now, of the failure later. */
  private int later(int answer, int packets) {
    if (!SnfLibrary.isNothing(answer)) {
      laterAnswer = answer;
    }
    return packets;
  }
}
