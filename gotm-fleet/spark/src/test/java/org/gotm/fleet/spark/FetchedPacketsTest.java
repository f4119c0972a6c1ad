package org.gotm.fleet.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.packet.PacketBuilder.packet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.gotm.core.packet.PacketBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetchedPacketsTest {
  private static final int ETHERNET = 1;
  private static final long START = 1_795_000_000_000_000L;

  @TempDir Path folder;
  private final List<byte[]> packets = new ArrayList<>();

  private static PacketBuilder ip(String source, String destination) {
    return packet().ethernet(1, 2).ipv4(source, destination);
  }

  /** One more packet that the sensor answers with, so long after the start. */
  private void add(long micros, PacketBuilder packet) {
    byte[] frame = packet.build();
    ByteBuffer record =
        ByteBuffer.allocate(PcapInput.RECORD_HEADER + frame.length).order(ByteOrder.LITTLE_ENDIAN);
    long time = START + micros;
    record.putInt((int) (time / 1_000_000)).putInt((int) (time % 1_000_000) * 1000 + 999);
    record.putInt(frame.length).putInt(frame.length).put(frame);
    packets.add(record.array());
  }

  private static FoundFlow flow(
      long from, long to, Integer protocol, String source, Integer port, long kept) {
    return new FoundFlow(
        "north",
        START + from,
        START + to,
        protocol,
        source,
        source.contains(":") ? "2001:db8::2" : "10.0.0.2",
        port,
        port == null ? null : 443,
        kept,
        null,
        null);
  }

  private FetchedPackets fetched(FoundFlow... flows) throws IOException {
    FetchedPackets fetched = new FetchedPackets(Map.of("north", List.of(flows)));
    new CaseMerge(fetched).run(List.of(new PacketFetch.Fetched("north", file(), "")), target());
    return fetched;
  }

  private Path target() {
    return folder.resolve("case.pcap");
  }

  private Path file() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(0xa1b23c4d).putShort((short) 2).putShort((short) 4).putLong(0);
    header.putInt(262_144).putInt(ETHERNET);
    Path file = Files.write(folder.resolve("north.pcap"), header.array());
    for (byte[] packet : packets) {
      Files.write(file, packet, StandardOpenOption.APPEND);
    }
    return file;
  }

  @Test
  void shouldTellWhichFlowLacksPackets() throws IOException {
    FoundFlow whole = flow(0, 100, 6, "10.0.0.1", 1000, 2);
    FoundFlow lacking = flow(0, 100, 6, "10.0.0.1", 1001, 3);
    FoundFlow gone = flow(0, 100, 17, "10.0.0.1", 1000, 5);
    add(0, ip("10.0.0.1", "10.0.0.2").tcp(1000, 443, PacketBuilder.ACK));
    add(100, ip("10.0.0.2", "10.0.0.1").tcp(443, 1000, PacketBuilder.ACK));
    add(50, ip("10.0.0.1", "10.0.0.2").tcp(1001, 443, PacketBuilder.ACK));

    FetchedPackets fetched = fetched(whole, lacking, gone);

    assertThat(List.of(fetched.of(whole), fetched.of(lacking), fetched.of(gone)))
        .containsExactly(2, 1, 0);
    assertThat(List.of(fetched.missing(whole), fetched.missing(lacking), fetched.missing(gone)))
        .containsExactly(0L, 2L, 5L);
  }

  /** A record begins with the last packet of the one before, which has counted that. */
  @Test
  void shouldTellRecordsOfOneFlowApartByTime() throws IOException {
    FoundFlow first = flow(0, 100, 17, "10.0.0.1", 1000, 2);
    FoundFlow second = flow(100, 200, 17, "10.0.0.1", 1000, 2);
    add(0, ip("10.0.0.1", "10.0.0.2").udp(1000, 443));
    add(100, ip("10.0.0.1", "10.0.0.2").udp(1000, 443));
    add(150, ip("10.0.0.1", "10.0.0.2").udp(1000, 443));
    add(500, ip("10.0.0.1", "10.0.0.2").udp(1000, 443));

    FetchedPackets fetched = fetched(first, second);

    assertThat(fetched.of(first)).isEqualTo(2);
    assertThat(fetched.of(second)).isEqualTo(1);
  }

  @Test
  void shouldKnowFlowsInTunnelsAndTunnelsThatASensorLeavesClosed() throws IOException {
    FoundFlow inner = flow(0, 100, 17, "2001:db8::1", 1000, 1);
    FoundFlow outer = flow(0, 100, 47, "10.0.0.1", null, 1);
    add(
        1,
        ip("10.0.0.9", "10.0.0.8")
            .protocol(47)
            .bytes(0, 0, 0x86, 0xdd)
            .ipv6("2001:db8::1", "2001:db8::2")
            .udp(1000, 443));
    add(
        2,
        ip("10.0.0.1", "10.0.0.2")
            .protocol(47)
            .bytes(0, 0, 0x86, 0xdd)
            .ipv6("2001:db8::3", "2001:db8::4")
            .udp(1, 2));

    FetchedPackets fetched = fetched(inner, outer);

    assertThat(fetched.of(inner)).isEqualTo(1);
    assertThat(fetched.of(outer)).isEqualTo(1);
  }

  /** They come as nobody knows before whose they are. */
  @Test
  void shouldCountFragmentsAndMessagesAboutAFlowAndLeaveOthersOut() throws IOException {
    FoundFlow flow = flow(0, 100, 17, "10.0.0.1", 1000, 3);
    add(1, ip("10.0.0.1", "10.0.0.2").ipv4Fragment(7, 0, true).udp(1000, 443).payload(32));
    add(2, ip("10.0.0.1", "10.0.0.2").ipv4Fragment(7, 5, false).protocol(17).payload(8));
    add(3, ip("10.0.0.1", "10.0.0.2").ipv4Fragment(8, 5, false).protocol(17).payload(8));
    byte[] quoted = packet().ipv4("10.0.0.1", "10.0.0.2").udp(1000, 443).build();
    byte[] other = packet().ipv4("10.0.0.1", "10.0.0.2").udp(1001, 443).build();
    add(4, ip("10.9.9.9", "10.0.0.1").icmp(11, 0).bytes(quoted));
    add(5, ip("10.9.9.9", "10.0.0.1").icmp(11, 0).bytes(other));
    add(6, ip("10.0.0.1", "10.9.9.9").icmp(8, 1));

    assertThat(fetched(flow).of(flow)).isEqualTo(3);
    assertThat(Files.size(target())).isEqualTo(written(0, 1, 3));
  }

  private long written(int... numbers) {
    return 24 + Arrays.stream(numbers).mapToLong(i -> packets.get(i).length).sum();
  }

  @Test
  void shouldReportWhichFlowsLackPackets() throws IOException {
    FoundFlow whole = flow(0, 100, 17, "10.0.0.1", 1000, 1);
    FoundFlow lacking = flow(0, 100, 17, "10.0.0.1", 1001, 2);
    FoundFlow gone = flow(0, 100, 6, "10.0.0.1", 1000, 5);
    add(0, ip("10.0.0.1", "10.0.0.2").udp(1000, 443));
    add(1, ip("10.0.0.1", "10.0.0.2").udp(1001, 443));
    FetchedPackets fetched = fetched(whole, lacking, gone);

    CaseReport report =
        new CaseReport(folder, Map.of("north", List.of(whole, lacking, gone)), fetched);
    report.write(List.of("why"), List.of(), new CaseMerge(fetched), false);

    assertThat(Files.readAllLines(folder.resolve("report.txt")))
        .containsSequence(
            "sensor north: 3 flow records found, 2 packets fetched of 8 that were kept",
            "sensor north: 6 packets of 2 flow records have expired: fetched_packets in flows.tsv",
            "  5 of 5 packets of tcp and host 10.0.0.1 and host 10.0.0.2 and port 1000 and port 443"
                + " from 2026-11-18T11:06:40Z on",
            "  1 of 2 packets of udp and host 10.0.0.1 and host 10.0.0.2 and port 1001 and port 443"
                + " from 2026-11-18T11:06:40Z on");
    assertThat(report.isPartial()).isTrue();
    assertThat(Files.readAllLines(folder.resolve("flows.tsv")))
        .extracting(line -> line.split("\t")[8] + " " + line.split("\t")[9])
        .containsExactly("kept_packets fetched_packets", "1 1", "2 1", "5 0");
  }

  @Test
  void shouldNotMissWhatWasNotAskedFor() throws IOException {
    FoundFlow nameless =
        new FoundFlow("north", START, START, null, null, null, null, null, 7, null, null);

    assertThat(fetched(nameless).missing(nameless)).isZero();
  }
}
