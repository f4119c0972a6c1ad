package org.gotm.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.core.chunk.ChunkAppender;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.chunk.ChunkSink;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.flow.FlowRecordRing;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.LinkType;
import org.gotm.core.packet.PacketBuilder;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.pcapfile.RecordFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * From poll to chunk nothing is allocated per packet. What is allowed is 4 KiB for each run of the
 * worker over 100,000 packets, for its start and end: one object a packet would be 400 times that.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AllocationTest {
  private static final int PACKETS = 100_000;
  private static final int FLOWS = 1000;
  private static final int BUSY_FLOWS = 100;
  private static final int MAX_WARM_UP_RUNS = 100;
  private static final int RUNS = 12;
  private static final int MOST_RECORDS = 1 << 17;
  private static final long ALLOWED_BYTES_A_RUN = 4096;

  @TempDir Path folder;

  /** With records of flows there is one for about every second packet. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldAllocateNothingPerPacketAfterWarmUp(boolean hasRecords) throws IOException {
    Path file = folder.resolve("many.pcap");
    writePackets(file);
    long allocated = 0;
    try (Arena arena = Arena.ofConfined()) {
      Ledger ledger = new Ledger();
      FlowRecordRing records =
          hasRecords ? new FlowRecordRing(MOST_RECORDS, 0, 0, false, arena) : null;
      FlowCutter cutter =
          new FlowCutter(
              new FlowCutter.Options(
                  FLOWS / 2,
                  1_000_000,
                  Cutoff.of(90, 0),
                  Cutoff.UNLIMITED,
                  FlowKeyOptions.defaults()),
              FlowListener.NONE,
              records,
              arena);
      ChunkPool pool = new ChunkPool(2, 1 << 20, arena);
      ChunkAppender appender = appender(pool, ledger);
      int warmUp = 0;
      while (run(file, cutter, appender, ledger) > ALLOWED_BYTES_A_RUN) {
        release(records);
        assertThat(++warmUp).as("runs to warm up").isLessThan(MAX_WARM_UP_RUNS);
      }
      long delivered = ledger.get(Counter.DELIVERED);
      for (int run = 0; run < RUNS; run++) {
        long written = release(records);
        allocated += run(file, cutter, appender, ledger);
        assertThat(release(records) - written).isGreaterThanOrEqualTo(hasRecords ? FLOWS : 0);
      }
      assertThat(ledger.get(Counter.DELIVERED) - delivered).isEqualTo((long) RUNS * PACKETS);
      assertThat(ledger.get(Counter.CUT)).isPositive();
      assertThat(ledger.get(Counter.FLOWS_EVICTED)).isPositive();
      assertThat(ledger.get(Counter.FLOWS_EXPIRED)).isPositive();
      assertThat(ledger.isBalanced()).as(ledger.toString()).isTrue();
    }

    assertThat(allocated).isLessThanOrEqualTo(RUNS * ALLOWED_BYTES_A_RUN);
  }

  @Test
  void shouldAllocateNothingPerPacketThatAHandlerSees() throws IOException {
    Path file = folder.resolve("many.pcap");
    writePackets(file);
    Totals totals = new Totals();
    int warmUp = 0;
    while (run(file, totals) > ALLOWED_BYTES_A_RUN) {
      assertThat(++warmUp).as("runs to warm up").isLessThan(MAX_WARM_UP_RUNS);
    }
    long seen = totals.packets;
    long allocated = 0;
    for (int run = 0; run < RUNS; run++) {
      allocated += run(file, totals);
    }

    assertThat(totals.packets - seen).isEqualTo((long) RUNS * PACKETS);
    assertThat(totals.flows).isPositive();
    assertThat(allocated).isLessThanOrEqualTo(RUNS * ALLOWED_BYTES_A_RUN);
  }

  /** Looks at all that a packet shows without making an object. */
  private static final class Totals implements PacketHandler {
    private long packets;
    private long flows;
    private long sum;

    @Override
    public void onPacket(Packet packet) {
      packets++;
      flows += packet.isNewFlow() ? 1 : 0;
      sum += packet.segment().get(ValueLayout.JAVA_BYTE, packet.offset());
      sum += packet.caplen() + packet.wireLength() + packet.timestampNanos() + packet.vlanTag();
      sum += packet.linkType() + packet.flowHash() + packet.flowPackets() + packet.flowBytes();
      sum += packet.hasFlow() && packet.isJustCut() ? 1 : 0;
    }
  }

  /** One capture of the file; answers the bytes that running it has allocated. */
  private static long run(Path file, Totals totals) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Capture capture =
        Capture.from(PcapFileSource.open(file))
            .capacityFlows(FLOWS / 2)
            .cutoff(Cutoff.none())
            .onPacket(totals)) {
      long before = threads.getCurrentThreadAllocatedBytes();
      capture.run();
      return threads.getCurrentThreadAllocatedBytes() - before;
    }
  }

  /** Reads all records; answers how many there were so far. */
  private static long release(FlowRecordRing records) {
    if (records == null) {
      return 0;
    }
    assertThat(records.lost()).isZero();
    records.release(records.waiting());
    return records.records();
  }

  private static ChunkAppender appender(ChunkPool pool, Ledger ledger) {
    ChunkAppender.Options options =
        new ChunkAppender.Options(
            0, LinkType.ETHERNET, RecordFormat.pcap(), 1_000_000_000, 0, false);
    ChunkSink sink =
        chunk -> {
          ledger.add(Counter.WRITTEN, chunk.packets());
          pool.release(chunk);
        };
    return new ChunkAppender(options, pool, sink, ledger);
  }

  /** One pass over the file; answers the bytes that polling it has allocated. */
  private static long run(Path file, FlowCutter cutter, ChunkAppender appender, Ledger ledger) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (PcapFileSource source = PcapFileSource.open(file)) {
      CaptureWorker worker = new CaptureWorker(source, cutter, appender, ledger, System::nanoTime);
      long before = threads.getCurrentThreadAllocatedBytes();
      worker.run();
      long after = threads.getCurrentThreadAllocatedBytes();
      assertThat(worker.failure()).isNull();
      return after - before;
    }
  }

  /** TCP and UDP over IPv4 and IPv6, with and without a tag, and ARP. */
  private static PacketBuilder fragment(PacketBuilder link, int id, int offset) {
    return link.ipv4("10.0.0.1", "10.0.0.2").ipv4Fragment(id, offset, offset == 0);
  }

  private static void writePackets(Path file) throws IOException {
    byte[][] packets = new byte[FLOWS][];
    byte[] quoted = PacketBuilder.packet().ipv4("10.0.0.2", "10.0.0.1").udp(53, 54).build();
    for (int i = 0; i < FLOWS; i++) {
      PacketBuilder link = PacketBuilder.packet().ethernet(1, i);
      packets[i] =
          switch (i % 8) {
            case 0 -> link.ipv4("10.0.0.1", "10.0.0.2").tcp(i, 80, PacketBuilder.ACK).build();
            case 1 -> link.vlan(0x8100, 7).ipv4("10.0.0.1", "10.0.0.2").udp(i, 53).build();
            case 2 -> link.ipv6("2001:db8::1", "2001:db8::2").udp(i, 53).build();
            case 3 -> link.ipv4("10.0.0.1", "10.0.0.2").icmp(8, i).build();
            case 4 -> link.ipv4("10.0.0.1", "10.0.0.2").icmp(3, 0).bytes(quoted).build();
            case 5 -> fragment(link, i, 0).udp(i, 53).build();
            case 6 -> fragment(link, i - 1, 1).protocol(17).payload(8).build();
            default -> link.type(0x0806).payload(28).build();
          };
    }
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.nativeOrder());
      header.putInt(0xa1b23c4d).putShort((short) 2).putShort((short) 4).putLong(0);
      out.write(header.putInt(262144).putInt(LinkType.ETHERNET).array());
      ByteBuffer record = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
      for (int i = 0; i < PACKETS; i++) {
        byte[] packet = packets[i % 3 == 0 ? i % FLOWS : i % BUSY_FLOWS];
        record.clear().putInt(1).putInt(1000 * i).putInt(packet.length).putInt(packet.length);
        out.write(record.array());
        out.write(packet);
      }
    }
  }
}
