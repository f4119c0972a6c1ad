package org.gotm.ffm.snf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.ffm.linux.Errno.EAGAIN;
import static org.gotm.ffm.linux.Errno.EBUSY;
import static org.gotm.ffm.linux.Errno.EINVAL;
import static org.gotm.ffm.linux.Errno.ENODEV;
import static org.gotm.ffm.linux.Errno.EOPNOTSUPP;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gotm.ffm.snf.generated.snf_h;
import org.gotm.ffm.snf.generated.snf_inject_stats;
import org.gotm.ffm.snf.generated.snf_recv_req;
import org.gotm.ffm.snf.generated.snf_ring_portinfo;
import org.gotm.ffm.snf.generated.snf_ring_qinfo;
import org.gotm.ffm.snf.generated.snf_ring_stats;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The fake libsnf keeps the rules of the real one; otherwise no test that uses it means much. */
class FakeSnfTest {
  private static final int POISON = 0xdb;
  private static final long TIME = 1_500_000_000_000_000_000L;

  @RegisterExtension final FakeSnf fake = new FakeSnf();

  private final List<MemorySegment> rings = new ArrayList<>();
  private final List<MemorySegment> handles = new ArrayList<>();
  private Arena arena;
  private MemorySegment request;

  @BeforeEach
  void allocate() {
    arena = Arena.ofConfined();
    request = arena.allocate(128, 8);
    SnfLibrary.load();
  }

  @AfterEach
  void close() {
    rings.forEach(snf_h::snf_ring_close);
    handles.forEach(snf_h::snf_close);
    arena.close();
  }

  private MemorySegment open(int port, int rings, int flags) {
    MemorySegment out = arena.allocate(ADDRESS);
    assertThat(snf_h.snf_open(port, rings, MemorySegment.NULL, 0, flags, out)).isZero();
    handles.add(out.get(ADDRESS, 0));
    return handles.getLast();
  }

  private MemorySegment ring(MemorySegment handle) {
    MemorySegment out = arena.allocate(ADDRESS);
    assertThat(snf_h.snf_ring_open(handle, out)).isZero();
    rings.add(out.get(ADDRESS, 0));
    return rings.getLast();
  }

  /** An open port with one ring, started. */
  private MemorySegment startedRing() {
    MemorySegment handle = open(0, 1, 0);
    MemorySegment ring = ring(handle);
    assertThat(snf_h.snf_start(handle)).isZero();
    return ring;
  }

  private static byte[] frame(int length) {
    byte[] frame = new byte[length];
    Arrays.fill(frame, (byte) 0x11);
    return frame;
  }

  private byte[] received() {
    return snf_recv_req
        .pkt_addr(request)
        .reinterpret(snf_recv_req.length(request))
        .toArray(JAVA_BYTE);
  }

  private static boolean isPoisoned(MemorySegment packet) {
    for (byte each : packet.toArray(JAVA_BYTE)) {
      if ((each & 0xff) != POISON) {
        return false;
      }
    }
    return true;
  }

  private MemorySegment packet(int index) {
    MemorySegment each = request.asSlice(index * snf_recv_req.sizeof(), snf_recv_req.sizeof());
    return snf_recv_req.pkt_addr(each).reinterpret(snf_recv_req.length(each));
  }

  @Test
  void shouldRefuseEverythingWhenNotInitialised() {
    fake.forgetInit();
    MemorySegment out = arena.allocate(ADDRESS);

    assertThat(snf_h.snf_getifaddrs(out)).isEqualTo(EINVAL);
    assertThat(snf_h.snf_set_app_id(7)).isEqualTo(EINVAL);
    assertThat(snf_h.snf_open_defaults(0, out)).isEqualTo(EINVAL);
  }

  @Test
  void shouldRefuseAnotherVersionWhenInitialised() {
    assertThat(snf_h.snf_init((short) 8)).isZero();
    assertThat(snf_h.snf_init((short) 3)).isEqualTo(EINVAL);
    fake.forgetInit();
    assertThat(snf_h.snf_init((short) 0x0108)).isEqualTo(EINVAL);
    assertThat(snf_h.snf_init((short) 3)).isZero();
  }

  @Test
  void shouldGivePacketOnlyBetweenStartAndStopWhenReceiving() {
    MemorySegment handle = open(0, 1, 0);
    MemorySegment ring = ring(handle);
    fake.arrive(0, frame(60), TIME);
    assertThat(snf_h.snf_ring_recv(ring, 0, request)).isEqualTo(EAGAIN);
    snf_h.snf_start(handle);
    fake.arrive(0, frame(60), TIME);
    fake.arrive(0, frame(61), TIME);
    assertThat(snf_h.snf_ring_recv(ring, 0, request)).isZero();
    snf_h.snf_stop(handle);

    assertThat(snf_h.snf_ring_recv(ring, 1, request)).isEqualTo(EAGAIN);
  }

  @Test
  void shouldFillInTheRequestWhenReceiving() {
    MemorySegment ring = startedRing();
    fake.arrive(0, frame(61), TIME);

    assertThat(snf_h.snf_ring_recv(ring, -1, request)).isZero();
    assertThat(received()).isEqualTo(frame(61));
    assertThat(snf_recv_req.timestamp(request)).isEqualTo(TIME);
    assertThat(snf_recv_req.portnum(request)).isZero();
    assertThat(snf_recv_req.length_data(request)).isEqualTo(64);
  }

  @Test
  void shouldLeaveTheRequestAloneWhenNothingIsReceived() {
    MemorySegment ring = startedRing();
    request.fill((byte) 7);

    assertThat(snf_h.snf_ring_recv(ring, 0, request)).isEqualTo(EAGAIN);
    assertThat(request.toArray(JAVA_BYTE)).containsOnly(7);
  }

  @Test
  void shouldOverwriteThePacketWhenNextReceiveIsEnteredThoughNothingIsThere() {
    MemorySegment ring = startedRing();
    fake.arrive(0, frame(60), TIME);
    snf_h.snf_ring_recv(ring, 0, request);
    MemorySegment packet = packet(0);
    assertThat(packet.toArray(JAVA_BYTE)).isEqualTo(frame(60));

    assertThat(snf_h.snf_ring_recv(ring, 0, request)).isEqualTo(EAGAIN);
    assertThat(isPoisoned(packet)).isTrue();
  }

  @Test
  void shouldOverwriteThePacketWhenNextReceiveFails() {
    MemorySegment ring = startedRing();
    fake.arrive(0, frame(60), TIME);
    snf_h.snf_ring_recv(ring, 0, request);
    MemorySegment packet = packet(0);
    fake.fail("snf_ring_recv", EBUSY, 1);

    assertThat(snf_h.snf_ring_recv(ring, 0, request)).isEqualTo(EBUSY);
    assertThat(isPoisoned(packet)).isTrue();
  }

  @Test
  void shouldLendInOrderUntilReturnedWhenReceivingMany() {
    MemorySegment ring = startedRing();
    for (int i = 0; i < 3; i++) {
      fake.arrive(0, frame(60 + i), TIME + i);
    }
    MemorySegment count = arena.allocate(JAVA_INT);
    MemorySegment queue = arena.allocate(snf_ring_qinfo.layout());

    assertThat(snf_h.snf_ring_recv_many(ring, 0, request, 2, count, queue)).isZero();
    assertThat(count.get(JAVA_INT, 0)).isEqualTo(2);
    assertThat(snf_ring_qinfo.q_borrowed(queue)).isEqualTo(128);
    assertThat(snf_ring_qinfo.q_avail(queue)).isEqualTo(64);
    assertThat(packet(1).toArray(JAVA_BYTE)).isEqualTo(frame(61));
    assertThat(snf_h.snf_ring_return_many(ring, 63, queue)).isEqualTo(EINVAL);
    assertThat(snf_h.snf_ring_return_many(ring, 192, queue)).isEqualTo(EINVAL);
    assertThat(snf_h.snf_ring_return_many(ring, 64, queue)).isZero();
    assertThat(isPoisoned(packet(0))).isTrue();
    assertThat(packet(1).toArray(JAVA_BYTE)).isEqualTo(frame(61));
    assertThat(snf_h.snf_ring_return_many(ring, -1, queue)).isZero();
    assertThat(isPoisoned(packet(1))).isTrue();
    assertThat(snf_ring_qinfo.q_borrowed(queue)).isZero();
  }

  @Test
  void shouldMergePortsByTimeWhenAggregated() {
    MemorySegment handle = open(0b11, 1, snf_h.SNF_F_AGGREGATE_PORTMASK());
    MemorySegment ring = ring(handle);
    snf_h.snf_start(handle);
    fake.arrive(0, frame(60), TIME + 1);
    fake.arrive(1, frame(61), TIME);
    MemorySegment count = arena.allocate(JAVA_INT);

    assertThat(snf_h.snf_ring_recv(ring, 0, request)).isZero();
    assertThat(snf_recv_req.portnum(request)).isEqualTo(1);
    assertThat(snf_h.snf_ring_recv(ring, 0, request)).isZero();
    assertThat(snf_recv_req.portnum(request)).isZero();
    assertThat(snf_h.snf_ring_recv_many(ring, 0, request, 1, count, MemorySegment.NULL))
        .isEqualTo(EOPNOTSUPP);
    assertThat(snf_h.snf_ring_portinfo_count(ring, count)).isZero();
    assertThat(count.get(JAVA_INT, 0)).isEqualTo(2);
    MemorySegment ports = arena.allocate(snf_ring_portinfo.layout(), 2);
    assertThat(snf_h.snf_ring_portinfo(ring, ports)).isZero();
    assertThat(snf_ring_portinfo.portmask(snf_ring_portinfo.asSlice(ports, 1))).isEqualTo(2);
  }

  @Test
  void shouldHandOutFreeRingsAndNoMoreWhenOpeningRings() {
    MemorySegment handle = open(0, 2, 0);
    MemorySegment out = arena.allocate(ADDRESS);
    ring(handle);
    assertThat(snf_h.snf_ring_open_id(handle, 0, out)).isEqualTo(EBUSY);
    assertThat(snf_h.snf_ring_open_id(handle, 2, out)).isEqualTo(EINVAL);
    ring(handle);

    assertThat(snf_h.snf_ring_open(handle, out)).isEqualTo(EBUSY);
  }

  @Test
  void shouldHeedTheRingOfTheEnvironmentOnlyWhenNoneIsAskedFor() {
    fake.setenv("SNF_RING_ID", "1");
    MemorySegment handle = open(0, 3, 0);
    MemorySegment out = arena.allocate(ADDRESS);
    assertThat(snf_h.snf_ring_open_id(handle, 2, out)).isZero();
    rings.add(out.get(ADDRESS, 0));
    ring(handle);

    assertThat(snf_h.snf_ring_open(handle, out)).isEqualTo(EBUSY);
  }

  @Test
  void shouldRefuseToOpenWhenThePortIsTakenOrMissing() {
    MemorySegment out = arena.allocate(ADDRESS);
    open(0, 1, snf_h.SNF_F_PSHARED());

    assertThat(snf_h.snf_open(0, 1, MemorySegment.NULL, 0, 0, out)).isEqualTo(EBUSY);
    assertThat(snf_h.snf_open(2, 1, MemorySegment.NULL, 0, 0, out)).isEqualTo(ENODEV);
    assertThat(snf_h.snf_open(1, 17, MemorySegment.NULL, 0, 0, out)).isEqualTo(EINVAL);
    assertThat(snf_h.snf_open(1, 1, MemorySegment.NULL, 1L << 40, 0, out)).isEqualTo(7);
  }

  @Test
  void shouldRefuseToCloseWhenRingsAreOpen() {
    MemorySegment handle = open(0, 1, 0);
    ring(handle);

    assertThat(snf_h.snf_close(handle)).isEqualTo(EBUSY);
  }

  @Test
  void shouldCountLossAndBytesWhenTheRingIsFull() {
    MemorySegment handle = arena.allocate(ADDRESS);
    assertThat(snf_h.snf_open(0, 1, MemorySegment.NULL, 1, 0, handle)).isZero();
    handles.add(handle.get(ADDRESS, 0));
    MemorySegment ring = ring(handles.getLast());
    snf_h.snf_start(handles.getLast());
    int fit = 2 << 20 >> 11;
    for (int i = 0; i < fit + 3; i++) {
      fake.arrive(0, frame(2048), TIME);
    }
    MemorySegment stats = arena.allocate(128, 8);

    assertThat(snf_h.snf_ring_getstats(ring, stats)).isZero();
    assertThat(snf_ring_stats.ring_pkt_recv(stats)).isEqualTo(fit);
    assertThat(snf_ring_stats.ring_pkt_overflow(stats)).isEqualTo(3);
    assertThat(snf_ring_stats.nic_pkt_recv(stats)).isEqualTo(fit + 3);
    assertThat(snf_ring_stats.nic_bytes_recv(stats)).isEqualTo((fit + 3L) * 2064);
    assertThat(stats.asSlice(64, 64).toArray(JAVA_BYTE)).containsOnly(0);
  }

  @Test
  void shouldLimitHandlesAndLengthsWhenInjecting() {
    MemorySegment out = arena.allocate(ADDRESS);
    List<MemorySegment> opened = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      assertThat(snf_h.snf_inject_open(0, 0, out)).isZero();
      opened.add(out.get(ADDRESS, 0));
    }
    assertThat(snf_h.snf_inject_open(0, 0, out)).isEqualTo(EBUSY);
    MemorySegment frame = arena.allocate(9001);
    assertThat(snf_h.snf_inject_send(opened.getFirst(), -1, 0, frame, 9001)).isEqualTo(EINVAL);
    assertThat(snf_h.snf_inject_send(opened.getFirst(), -1, 0, frame, 9000)).isZero();
    MemorySegment stats = arena.allocate(snf_inject_stats.layout());
    snf_h.snf_inject_getstats(opened.getFirst(), stats);

    assertThat(stats.toArray(JAVA_LONG)).containsExactly(1, 1, 9000);
    assertThat(opened).allMatch(inject -> snf_h.snf_inject_close(inject) == 0);
  }
}
