package org.gotm.core.pcapfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gotm.core.pcapfile.PcapBuilder.pcap;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gotm.core.pcapfile.RealPackets.Packet;
import org.gotm.core.source.PacketSourceException;
import org.gotm.core.source.SourceStats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged files: what is good comes first, then one message with the offset. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PcapFileDamageTest {
  private static final int FIRST_RECORD = 24;
  private static final int SECOND_RECORD = FIRST_RECORD + 16 + 60;

  @TempDir Path folder;

  private static PcapBuilder onePacket() {
    return pcap().record(1, 0, 60, 60, 1);
  }

  private void expectDamage(Opening how, byte[] file, int packets, long offset, String message) {
    List<Packet> read = new ArrayList<>();
    SourceStats stats = new SourceStats();
    try (PcapFileSource source = how.open(file, folder)) {
      PacketSourceException damage = RealPackets.readAll(source, read);

      assertThat(damage)
          .isInstanceOf(DamagedCaptureException.class)
          .hasMessageContaining("file.pcap: damaged at offset " + offset + ": ")
          .hasMessageContaining(message);
      assertThat(((DamagedCaptureException) damage).offset()).isEqualTo(offset);
      assertThatThrownBy(() -> source.poll(batch -> {})).isSameAs(damage);
      source.readStats(stats);
    }
    assertThat(read).hasSize(packets);
    assertThat(stats.received).isEqualTo(packets);
  }

  private void expectRefusal(Opening how, byte[] file, long offset, String message) {
    assertThatThrownBy(() -> how.open(file, folder))
        .isInstanceOf(DamagedCaptureException.class)
        .hasMessageContaining("file.pcap: damaged at offset " + offset + ": ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldRefuseWhenFileIsEmpty(Opening how) {
    expectRefusal(how, new byte[0], 0, "0 bytes");
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldRefuseWhenHeaderIsNotWhole(Opening how) {
    expectRefusal(how, Arrays.copyOf(pcap().build(), 23), 0, "23 bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 0x0a0d0d0a, 0xa1b2c3d5, 0xa12b3c4d, 0x1f8b0800})
  void shouldRefuseWhenMagicIsUnknown(int magic) {
    byte[] file = pcap().build();
    ByteBuffer.wrap(file).putInt(magic);

    expectRefusal(Opening.MAPPED, file, 0, "not pcap");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 0x200})
  void shouldRefuseWhenVersionIsUnknown(int major) {
    for (PcapBuilder.Format format : PcapBuilder.formats()) {
      expectRefusal(
          Opening.STREAM, pcap(format, major, 4, 1).build(), 4, "version " + major + ".x");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x0001_0001, 0x0200_0001, 0x0030_0000})
  void shouldRefuseWhenReservedBitsOfLinkTypeAreSet(int linkType) {
    byte[] file = pcap(PcapBuilder.Format.MICROS, linkType).build();

    expectRefusal(Opening.MAPPED, file, 20, "unknown link type " + linkType);
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldNameOffsetWhenRecordHeaderIsTorn(Opening how) {
    byte[] file = Arrays.copyOf(onePacket().recordHeader(2, 0, 60, 60).build(), SECOND_RECORD + 7);

    expectDamage(how, file, 1, SECOND_RECORD, "ends after 7 of 16 record header bytes");
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldNameOffsetWhenPacketIsTorn(Opening how) {
    byte[] file =
        Arrays.copyOf(onePacket().record(2, 0, 60, 60, 2).build(), SECOND_RECORD + 16 + 59);

    expectDamage(how, file, 1, SECOND_RECORD, "ends after 59 of 60 captured bytes");
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldNameOffsetWhenFirstPacketIsTorn(Opening how) {
    byte[] file = Arrays.copyOf(onePacket().build(), FIRST_RECORD + 16);

    expectDamage(how, file, 0, FIRST_RECORD, "ends after 0 of 60 captured bytes");
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldSayCaplenOfTornPacketInEveryByteOrder(Opening how) {
    for (PcapBuilder.Format format : PcapBuilder.formats()) {
      byte[] whole = pcap(format, 1).record(1, 0, 60, 60, 1).build();

      expectDamage(
          how,
          Arrays.copyOf(whole, whole.length - 1),
          0,
          FIRST_RECORD,
          "ends after 59 of 60 captured bytes");
    }
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldNameOffsetWhenCaplenIsTooLarge(Opening how) {
    byte[] file =
        onePacket()
            .recordHeader(2, 0, PcapFileSource.MAX_CAPLEN + 1, 60)
            .record(3, 0, 60, 60, 3)
            .build();

    expectDamage(how, file, 1, SECOND_RECORD, "captured length 524225 is above 524224");
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldNotTakeLargeCaplenForNegative(Opening how) {
    byte[] file = onePacket().recordHeader(2, 0, -1, 60).record(3, 0, 60, 60, 3).build();

    expectDamage(how, file, 1, SECOND_RECORD, "captured length 4294967295 is above 524224");
  }

  @Test
  void shouldNotBelieveLargeCaplenEvenIfTheBytesAreThere() {
    int caplen = PcapFileSource.MAX_CAPLEN + 1;
    byte[] file = onePacket().record(2, 0, caplen, caplen, 2).record(3, 0, 60, 60, 3).build();

    expectDamage(Opening.MAPPED, file, 1, SECOND_RECORD, "captured length 524225");
    expectDamage(Opening.STREAM, file, 1, SECOND_RECORD, "captured length 524225");
  }

  @Test
  void shouldNameOffsetBeyondTheFirstBufferOfAStream() {
    PcapBuilder builder = pcap();
    int packets = 100;
    for (int i = 0; i < packets; i++) {
      builder.record(i, 0, 100_000, 100_000, i);
    }
    byte[] file = builder.recordHeader(0, 0, 70, 70).build();

    expectDamage(
        Opening.STREAM,
        file,
        packets,
        FIRST_RECORD + packets * 100_016L,
        "ends after 0 of 70 captured bytes");
  }

  @Test
  void shouldSayWhatIsWrongWhenStreamFails() {
    byte[] file = onePacket().build();
    ReadableByteChannel failing =
        new ReadableByteChannel() {
          private boolean given;

          @Override
          public int read(ByteBuffer into) throws IOException {
            if (given) {
              throw new IOException("cable pulled");
            }
            given = true;
            into.put(file);
            return file.length;
          }

          @Override
          public boolean isOpen() {
            return true;
          }

          @Override
          public void close() {}
        };
    List<Packet> read = new ArrayList<>();

    try (PcapFileSource source = PcapFileSource.open(failing, "pipe")) {
      assertThat(RealPackets.readAll(source, read))
          .isInstanceOf(PacketSourceException.class)
          .hasMessage("pipe: cannot be read at offset 100: cable pulled");
    }
    assertThat(read).hasSize(1);
  }

  @Test
  void shouldFailAndNotCrashWhenFileShrinksWhileItIsRead() throws IOException {
    PcapBuilder builder = pcap();
    for (int i = 0; i < 1000; i++) {
      builder.record(i, 0, 1000, 1000, i);
    }
    Path file = Files.write(folder.resolve("shrinking.pcap"), builder.build());

    try (PcapFileSource source = PcapFileSource.open(file)) {
      try (RandomAccessFile shorter = new RandomAccessFile(file.toFile(), "rw")) {
        shorter.setLength(100);
      }
      PacketSourceException failure = RealPackets.readAll(source, new ArrayList<>());
      assertThat(failure).hasMessageContaining("became shorter while it was read");
    }
  }
}
