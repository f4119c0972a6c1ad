package org.gotm.core.pcapfile;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.core.pcapfile.PcapBuilder.pcap;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.gotm.core.Seed;
import org.gotm.core.pcapfile.Captures.Capture;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files that end anywhere, and files with broken bytes: an answer always comes, and a longer file
 * never gives fewer packets.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PcapFileTruncationTest {
  private static final int LARGEST_FILE = 4096;
  private static final int BROKEN_FILES = 2000;
  private static final long SEED = Seed.of(PcapFileTruncationTest.class);

  @TempDir Path folder;

  static List<Capture> smallPcaps() {
    return Captures.pcaps().stream()
        .filter(capture -> capture.bytes().length <= LARGEST_FILE)
        .toList();
  }

  static PcapBuilder.Format[] formats() {
    return PcapBuilder.formats();
  }

  @ParameterizedTest
  @MethodSource("smallPcaps")
  void shouldNeverReadFewerPacketsWhenMappedFileIsLonger(Capture capture) throws IOException {
    cutAtEveryLength(capture.bytes());
  }

  @ParameterizedTest
  @MethodSource("formats")
  void shouldReadEveryWholePacketWhenFileIsCut(PcapBuilder.Format format) throws IOException {
    byte[] file = fivePackets(format);

    assertThat(cutAtEveryLength(file)).isEqualTo(5);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void shouldReadEveryWholePacketWhenStreamIsCut(PcapBuilder.Format format) {
    byte[] file = fivePackets(format);
    int before = 0;
    for (int length = 0; length <= file.length; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      int packets = count(() -> stream(cut));
      assertThat(packets).as("first %d bytes", length).isBetween(before, before + 1);
      before = packets;
    }
    assertThat(before).isEqualTo(5);
  }

  @Test
  void shouldAlwaysAnswerWhenBytesAreBroken() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    List<byte[]> originals = smallPcaps().stream().map(Capture::bytes).toList();
    Path path = folder.resolve("broken.pcap");
    for (int i = 0; i < BROKEN_FILES; i++) {
      byte[] file = originals.get(random.nextInt(originals.size())).clone();
      for (int n = random.nextInt(8); n >= 0; n--) {
        file[random.nextInt(file.length)] = (byte) random.nextInt(256);
      }
      Files.write(path, file);
      int mapped = count(() -> PcapFileSource.open(path));
      if (i % 8 == 0) {
        assertThat(count(() -> stream(file))).as("file %d", i).isEqualTo(mapped);
      }
    }
  }

  private static byte[] fivePackets(PcapBuilder.Format format) {
    PcapBuilder builder = pcap(format, 1);
    for (int i = 0; i < 5; i++) {
      builder.record(i, i, 10 * i, 10 * i, i);
    }
    return builder.build();
  }

  private int cutAtEveryLength(byte[] file) throws IOException {
    Path path = Files.write(folder.resolve("cut.pcap"), file);
    int most = count(() -> PcapFileSource.open(path));
    int after = most;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      for (int length = file.length; length >= 0; length--) {
        channel.truncate(length);
        int packets = count(() -> PcapFileSource.open(path));
        assertThat(packets).as("first %d bytes", length).isBetween(after - 1, after);
        after = packets;
      }
    }
    assertThat(after).isZero();
    return most;
  }

  private static PcapFileSource stream(byte[] file) {
    return PcapFileSource.open(Channels.newChannel(new ByteArrayInputStream(file)), "stream");
  }

  /** The packets up to the end or the damage; all their bytes are touched. */
  private static int count(Supplier<PcapFileSource> opening) {
    int[] packets = {0};
    try (PcapFileSource source = opening.get()) {
      while (source.poll(batch -> packets[0] += touch(batch)) != PacketSource.END) {
        // more
      }
    } catch (PacketSourceException e) {
      assertThat(e).hasMessageMatching(".* offset \\d+: .*");
    }
    return packets[0];
  }

  private static int touch(PacketBatch batch) {
    for (int i = 0; i < batch.count(); i++) {
      byte[] bytes = batch.segment.asSlice(batch.offsets[i], batch.caplens[i]).toArray(JAVA_BYTE);
      assertThat(bytes.length).isLessThanOrEqualTo(PcapFileSource.MAX_CAPLEN);
    }
    return batch.count();
  }
}
