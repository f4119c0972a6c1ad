package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gotm.core.capture.Capture;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.capture.PacketSink;
import org.gotm.core.flow.BatchFlows;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.Captures;
import org.gotm.core.pcapfile.InterfaceDescription;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.core.pcapfile.SectionDescription;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.core.source.PacketBatch;
import org.gotm.store.api.Compression;
import org.gotm.store.api.FinishedFile;
import org.gotm.store.file.FileNames;
import org.gotm.store.file.FinishedNames;
import org.gotm.store.file.SeriesLock;
import org.gotm.store.repair.Leftovers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files in pcapng, as capinfos, tcpdump and tshark see them. */
class PcapngRecordingTest {
  private static final InterfaceDescription ETHERNET =
      new InterfaceDescription("eth7", LinkType.ETHERNET, "ip or ip6", "");
  private static final InterfaceDescription RAW =
      new InterfaceDescription("tun7", LinkType.RAW, "", "a tunnel");
  private static final String PACKET_FIELDS =
      "tshark -r \"$1\" -T fields -e frame.time_epoch -e frame.len -e frame.cap_len -e frame.protocols";

  @TempDir Path folder;

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump", "tshark", "capinfos", "gzip");
  }

  private static RecordFormat pcapng(TimestampPrecision precision) {
    return RecordFormat.pcapng(precision, 262144, SectionDescription.ofThisMachine());
  }

  private RecordingBuilder recording(Path out) {
    return Recording.into(out).format(pcapng(TimestampPrecision.NANO)).name("en0");
  }

  /** Packets on two interfaces, one after the other in turns. */
  private static void send(Recording recording, int count) {
    Ledger first = new Ledger();
    Ledger second = new Ledger();
    recording.describe(ETHERNET);
    recording.describe(RAW);
    PacketSink one = recording.sink(0, ETHERNET, 3, first);
    PacketSink two = recording.sink(1, RAW, 5, second);
    PacketBatch batch = new PacketBatch(1);
    batch.clear(Arena.ofAuto().allocate(100).fill((byte) 0x45));
    for (int i = 0; i < count; i++) {
      boolean even = i % 2 == 0;
      batch.clear(batch.segment);
      batch.add(0, 60 + i % 8, 90, Rig.START + i, 0);
      batch.directions[0] = even ? PacketBatch.INBOUND : PacketBatch.OUTBOUND;
      Ledger ledger = even ? first : second;
      PacketSink sink = even ? one : two;
      sink.accept(batch, 0, BatchFlows.none());
      ledger.add(Counter.RECEIVED, i == 2 ? 8 : 1); // seven are dropped behind the second packet
      ledger.add(Counter.DROPPED, i == 2 ? 7 : 0);
      ledger.add(Counter.DELIVERED, 1);
      ledger.add(Counter.KEPT, 1);
      sink.tick(0);
    }
    one.finish();
    two.finish();
  }

  private Path finishedFile(Compression compression, int packets) {
    Path out = folder.resolve("made" + compression.extension());
    try (Recording recording = recording(out).compression(compression).open()) {
      send(recording, packets);
      recording.finish();
    }
    return Tool.files(out, "[-T\\d]+\\.pcapng(\\.gz|\\.zst)?").getFirst();
  }

  @Test
  void shouldTellOfInterfacesDirectionWorkerAndDrops() {
    Path file = finishedFile(Compression.none(), 6);

    assertThat(Tool.run("capinfos \"$1\"", file))
        .contains("Name = eth7", "Filter string = ip or ip6", "Encapsulation = Ethernet")
        .contains("Name = tun7", "Description = a tunnel", "Encapsulation = Raw IP")
        .contains("nanoseconds (9)", "Capture application: gotm", "Number of stat entries = 1");
    String fields =
        "tshark -r \"$1\" -T fields -e frame.interface_name -e frame.interface_queue"
            + " -e frame.packet_flags_direction -e frame.drop_count -e frame.cap_len";
    assertThat(Tool.run(fields, file).lines())
        .containsExactly(
            "eth7\t3\t0x00000001\t\t60",
            "tun7\t5\t0x00000002\t\t61",
            "eth7\t3\t0x00000001\t\t62",
            "tun7\t5\t0x00000002\t\t63",
            "eth7\t3\t0x00000001\t7\t64",
            "tun7\t5\t0x00000002\t\t65");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip"})
  void shouldEndWithTheLedgerOfTheFile(String compression) {
    Path file = finishedFile(Rig.compressionNamed(compression), 6);
    String blocks =
        Tool.run("tshark -X 'read_format:MIME Files Format' -V -r <(zcat -f \"$1\")", file);

    assertThat(blocks)
        .contains(
            "Number of Received Packets: 10",
            "Number of Dropped Packets by OS: 7",
            "Number of Delivered to the User Packets: 3",
            "gotm ledger W=03 received=10 dropped=7 discarded=0 ifdropped=0 in_source=0 cut_in_kernel=0 delivered=3 kept=3",
            "gotm ledger total received=13 dropped=7 discarded=0 ifdropped=0 in_source=0 cut_in_kernel=0 delivered=6 kept=6 cut=0 undecoded=0 written=6 lost_output_full=0 lost_write_error=0 in_memory=0");
  }

  @Test
  void shouldAccountForEveryPacketWhenTheFilesAreAdded() {
    List<FinishedFile> files = new ArrayList<>();
    Path traffic = Captures.get("eth-tcp-one-elephant-flow.pcap").extractTo(folder);
    try (Recording recording =
            recording(folder.resolve("out"))
                .byPacketTime()
                .rotation(Duration.ofMillis(1))
                .onFinished(files::add)
                .open();
        Capture capture =
            Capture.from(PcapFileSource.open(traffic)).cutoff(Cutoff.of(10, 0)).to(recording)) {
      capture.run();
      recording.finish();
      Map<String, Long> sums = new HashMap<>();
      for (FinishedFile file : files) {
        Map<String, Long> figures = ledgerOf(file.path());
        assertThat(figures.get("written")).isEqualTo(file.packets());
        assertThat(figures.get("received"))
            .isEqualTo(
                figures.get("delivered")
                    + figures.get("dropped")
                    + figures.get("discarded")
                    + figures.get("in_source")
                    + figures.get("cut_in_kernel"));
        assertThat(figures.get("delivered")).isEqualTo(figures.get("kept") + figures.get("cut"));
        assertThat(figures.get("kept"))
            .isEqualTo(
                figures.get("written")
                    + figures.get("lost_output_full")
                    + figures.get("lost_write_error")
                    + figures.get("in_memory"));
        figures.forEach((name, value) -> sums.merge(name, value, Long::sum));
      }
      assertThat(files).hasSizeGreaterThan(1);
      assertThat(sums)
          .containsEntry("received", capture.ledger().get(Counter.RECEIVED))
          .containsEntry("cut", capture.ledger().get(Counter.CUT))
          .containsEntry("written", capture.ledger().written())
          .containsEntry("in_memory", 0L);
    }
  }

  private static Map<String, Long> ledgerOf(Path file) {
    String line = Tool.run("grep -a -o 'gotm ledger total [a-z_=0-9 -]*' \"$1\" | tail -1", file);
    Map<String, Long> figures = new HashMap<>();
    for (String word : line.strip().split(" ")) {
      String[] pair = word.split("=");
      if (pair.length == 2) {
        figures.put(pair[0], Long.valueOf(pair[1]));
      }
    }
    return figures;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "eth-tcp-one-elephant-flow.pcap",
        "eth-bigtcp-80k-packet.pcap",
        "cut-snaplen-small.pcap",
        "link-rawip6-fragments.pcap",
        "link-linux-sll2.pcap",
        "link-80211-radiotap-http.pcap",
        "format-nanosecond-be.pcap"
      })
  void shouldHoldTheSamePacketsAsClassicPcap(String name) {
    Path traffic = Captures.get(name).extractTo(folder);
    Path classic = record(traffic, RecordFormat.pcap(), "classic");
    Path pcapng = record(traffic, pcapng(TimestampPrecision.NANO), "pcapng");

    assertThat(Tool.run(PACKET_FIELDS, pcapng)).isEqualTo(Tool.run(PACKET_FIELDS, classic));
    assertThat(hex(pcapng)).isEqualTo(hex(classic));
  }

  private static String hex(Path file) {
    return Tool.run(
        "tcpdump -r - -tt --time-stamp-precision=nano -n -xx < \"$1\" 2>/dev/null", file);
  }

  private Path record(Path traffic, RecordFormat format, String name) {
    Path out = folder.resolve(name);
    try (Recording recording =
            Recording.into(out).format(format).byPacketTime().rotation(Duration.ZERO).open();
        Capture capture =
            Capture.from(PcapFileSource.open(traffic)).cutoff(Cutoff.of(0, 0)).to(recording)) {
      capture.run();
      recording.finish();
    }
    return Tool.files(out, "[-T\\d]+\\.pcap(ng)?").getFirst();
  }

  @ParameterizedTest
  @EnumSource
  void shouldKeepTimesAsFineAsAsked(TimestampPrecision precision) {
    Path out = folder.resolve("out");
    try (Recording recording = Recording.into(out).format(pcapng(precision)).open();
        RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
      packets.add(new byte[60], Rig.START + 123_456_789);
    }
    Path file = Tool.files(out, "[-T\\d]+\\.pcapng").getFirst();
    assertThat(Tool.run("tshark -r \"$1\" -T fields -e frame.time_epoch", file).strip())
        .isEqualTo(
            Rig.START_SECONDS
                + (precision == TimestampPrecision.NANO ? ".123456789" : ".123456000"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip", "zstd"})
  void shouldCutBackToWholeBlocksWhenCutAtAnyLength(String name) throws Exception {
    Compression compression = Rig.compressionNamed(name);
    Path made = finishedFile(compression, 2);
    byte[] whole = Files.readAllBytes(made);
    List<Integer> ends = compression instanceof Compression.None ? packetEnds(whole) : null;
    int step = ends == null ? 7 : 1; // what is within a piece makes no difference
    for (int cut = whole.length % step; cut <= whole.length; cut += step) {
      Path in = Files.createDirectory(folder.resolve("cut" + cut));
      Files.write(
          in.resolve("en0_current.pcapng.tmp" + compression.extension()),
          Arrays.copyOf(whole, cut));
      FinishedFile mended = mend(in);
      int length = cut;
      if (ends != null) {
        long packets = ends.stream().filter(end -> end <= length).count();
        assertThat(mended == null ? 0 : mended.packets()).as("cut=%d", cut).isEqualTo(packets);
      } else if (cut == whole.length) {
        assertThat(mended.packets()).isEqualTo(2);
      }
      assertThat(Tool.files(in, ".*(damaged|current).*")).as("cut=%d", cut).isEmpty();
    }
    if (name.equals("zstd")) { // Wireshark 4.0 loses its way at the second frame
      return;
    }
    String counts =
        Tool.run(
            "find \"$1\" -path '*/cut*/20*.pcapng*' | xargs capinfos -Tmrc | cut -d, -f2", folder);
    assertThat(counts.lines().map(Integer::valueOf)).isNotEmpty().allMatch(n -> n == 1 || n == 2);
  }

  /** Where the blocks of packets end. */
  private static List<Integer> packetEnds(byte[] file) {
    List<Integer> ends = new ArrayList<>();
    ByteBuffer blocks = ByteBuffer.wrap(file).order(ByteOrder.nativeOrder());
    for (int at = 0; at < file.length; at += blocks.getInt(at + 4)) {
      if (blocks.getInt(at) == 6) {
        ends.add(at + blocks.getInt(at + 4));
      }
    }
    return ends;
  }

  /** Mends the leftover there with a run whose own format is classic; null if nothing is left. */
  private static FinishedFile mend(Path in) throws IOException, InterruptedException {
    List<FinishedFile> mended = new ArrayList<>();
    try (SeriesLock lock = SeriesLock.take(in, "en0", new LogLines())) {
      Leftovers leftovers =
          new Leftovers(
              new FileNames(in, "en0", ".pcap", new Compression.None()),
              new FinishedNames(in, ZoneOffset.UTC),
              lock.own(),
              in,
              new LogLines(),
              mended::add,
              () -> {});
      leftovers.takeOver();
      leftovers.finish(0);
    }
    return mended.isEmpty() ? null : mended.getFirst();
  }

  @Test
  void shouldDescribeAnInterfaceThatComesLaterInFrontOfItsFirstPacket() {
    Path out = folder.resolve("out");
    try (Recording recording = recording(out).open()) {
      try (RecordedPackets first = recording.packets(LinkType.ETHERNET)) {
        first.add(new byte[60], Rig.START);
      }
      try (RecordedPackets later = recording.packets(LinkType.RAW)) {
        later.add(new byte[] {0x45, 0, 0, 20}, Rig.START + 1);
      }
    }
    Path file = Tool.files(out, "[-T\\d]+\\.pcapng").getFirst();
    assertThat(Tool.run("tshark -r \"$1\" -T fields -e frame.encap_type", file).lines())
        .hasSize(2)
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldNotExceedItsSizeWithWhatAFileEndsWith() throws IOException {
    Path out = folder.resolve("out");
    long limit = 100_000;
    try (Recording recording = recording(out).byPacketTime().rotationBytes(limit).open();
        RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
      for (int i = 0; i < 1000; i++) {
        packets.add(new byte[1000], Rig.START + i);
        packets.flush();
      }
    }
    List<Path> files = Tool.files(out, "[-T\\dx]+\\.pcapng");
    assertThat(files).hasSizeGreaterThan(9);
    for (Path file : files) {
      assertThat(Files.size(file)).isLessThanOrEqualTo(limit);
    }
  }
}
