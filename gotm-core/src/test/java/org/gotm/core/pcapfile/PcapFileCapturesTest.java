package org.gotm.core.pcapfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.gotm.core.pcapfile.Captures.Capture;
import org.gotm.core.pcapfile.RealPackets.Packet;
import org.gotm.core.source.PacketSourceException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every pcap file of the collection, read by tcpdump and by us. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PcapFileCapturesTest {
  @TempDir Path folder;

  @BeforeAll
  static void requireTcpdump() {
    Tcpdump.require();
  }

  static List<Capture> pcaps() {
    return Captures.pcaps();
  }

  /** Those that tcpdump opens. */
  static List<Capture> readable() {
    return pcaps().stream().filter(capture -> capture.packets() >= 0).toList();
  }

  /** Those that tcpdump refuses. */
  static List<Capture> refused() {
    return pcaps().stream().filter(capture -> capture.packets() < 0).toList();
  }

  @Test
  void shouldHaveCapturesOfEachKind() {
    assertThat(readable()).hasSizeGreaterThan(50);
    assertThat(readable()).filteredOn(capture -> !capture.isSound()).hasSizeGreaterThan(4);
    assertThat(refused()).hasSizeGreaterThanOrEqualTo(2);
  }

  @ParameterizedTest
  @MethodSource("readable")
  void shouldReadWhatTcpdumpReads(Capture capture) {
    Tcpdump.Result tcpdump = Tcpdump.rewrite(capture.extractTo(folder));
    List<Packet> expected = parse(tcpdump.output());

    List<Packet> packets = new ArrayList<>();
    PacketSourceException damage = read(capture, Opening.MAPPED, packets);

    assertThat(packets).hasSize((int) capture.packets());
    assertThat(packets.stream().mapToLong(packet -> packet.bytes().length).sum())
        .isEqualTo(capture.capturedBytes());
    assertThat(digest(packets)).isEqualTo(digest(expected));
    assertThat(damage == null).as("sound").isEqualTo(tcpdump.exit() == 0);
  }

  @ParameterizedTest
  @MethodSource("readable")
  void shouldReadTheSameFromAStream(Capture capture) {
    List<Packet> mapped = new ArrayList<>();
    List<Packet> streamed = new ArrayList<>();
    PacketSourceException mappedDamage = read(capture, Opening.MAPPED, mapped);
    PacketSourceException streamedDamage = read(capture, Opening.STREAM, streamed);

    assertThat(digest(streamed)).isEqualTo(digest(mapped));
    assertThat(message(streamedDamage)).isEqualTo(message(mappedDamage));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void shouldRefuseWhatTcpdumpRefuses(Capture capture) {
    for (Opening how : Opening.values()) {
      assertThatThrownBy(() -> how.open(capture.bytes(), folder))
          .isInstanceOf(DamagedCaptureException.class);
    }
  }

  private PacketSourceException read(Capture capture, Opening how, List<Packet> packets) {
    try (PcapFileSource source = how.open(capture.bytes(), folder)) {
      return RealPackets.readAll(source, packets);
    }
  }

  /** Takes apart what tcpdump writes: nanoseconds in this machine's byte order. */
  private static List<Packet> parse(byte[] pcap) {
    List<Packet> packets = new ArrayList<>();
    ByteBuffer file = ByteBuffer.wrap(pcap).order(ByteOrder.nativeOrder());
    assertThat(file.getInt()).isEqualTo(0xa1b23c4d);
    file.position(24);
    while (file.hasRemaining()) {
      long seconds = Integer.toUnsignedLong(file.getInt());
      long timestampNanos = seconds * 1_000_000_000 + Integer.toUnsignedLong(file.getInt());
      byte[] bytes = new byte[file.getInt()];
      int wireLength = file.getInt();
      file.get(bytes);
      packets.add(new Packet(bytes, wireLength, timestampNanos));
    }
    return packets;
  }

  /** The message without the name of the file. */
  private static String message(PacketSourceException damage) {
    return damage == null ? "" : damage.getMessage().replaceFirst("^.*file.pcap", "");
  }

  private static String digest(List<Packet> packets) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer header = ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES);
      for (Packet packet : packets) {
        header.clear().putLong(packet.timestampNanos());
        header.putInt(packet.wireLength()).putInt(packet.bytes().length);
        digest.update(header.array());
        digest.update(packet.bytes());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
