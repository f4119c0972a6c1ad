package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.PcapRecordLayout;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.SourceStats;
import org.junit.jupiter.api.Test;

class RehearsalSourceTest {
  private static final long START_NANOS = 1_700_000_000_000_000_000L;

  private final MemorySegment capture = Arena.ofAuto().allocate(4 << 20);

  /** Makes a capture whose packets each consist of one byte value. */
  private MemorySegment capture(int packets, int length) {
    PcapHeaderLayout.write(capture, 0, TimestampPrecision.NANO, 262144, LinkType.ETHERNET);
    long at = PcapHeaderLayout.LENGTH;
    for (int i = 0; i < packets; i++) {
      PcapRecordLayout.write(capture, at, START_NANOS + i, 1, length, length);
      at += PcapRecordLayout.HEADER_LENGTH;
      capture.asSlice(at, length).fill((byte) i);
      at += length;
    }
    return capture.asSlice(0, at);
  }

  @Test
  void shouldFillABlockWithThePacketsOfTheCaptureForEachPollUntilStopped() {
    List<Byte> bytes = new ArrayList<>();
    List<Long> times = new ArrayList<>();
    int packets = 0;
    try (RehearsalSource source = new RehearsalSource(capture(100, 100))) {
      for (int round = 0; round < 3; round++) {
        packets =
            source.poll(
                batch -> {
                  for (int i = 0; i < batch.count(); i++) {
                    assertThat(batch.caplens[i]).isEqualTo(100);
                    bytes.add(batch.segment.get(JAVA_BYTE, batch.offsets[i] + 99));
                    times.add(batch.timestampsNanos[i]);
                  }
                });
        assertThat(packets).isBetween(170, 180); // of 184 bytes each in a block of 32 KiB
      }
      SourceStats stats = new SourceStats();
      source.readStats(stats);
      assertThat(stats.received).isEqualTo(3L * packets);
      source.stop();
      assertThat(source.poll(batch -> bytes.clear())).isEqualTo(PacketSource.END);
    }
    assertThat(bytes).hasSize(3 * packets);
    for (int i = 0; i < packets; i++) {
      assertThat(bytes.get(2 * packets + i)).isEqualTo((byte) (i % 100));
      assertThat(times.get(2 * packets + i)).isEqualTo(START_NANOS + i % 100);
    }
  }

  @Test
  void shouldTakeWhatFitsIntoABlockWhenTheCaptureIsLarger() {
    try (RehearsalSource source = new RehearsalSource(capture(2000, 1500))) {
      int packets = source.poll(batch -> {});

      assertThat(packets).isBetween(18, 22);
    }
  }
}
