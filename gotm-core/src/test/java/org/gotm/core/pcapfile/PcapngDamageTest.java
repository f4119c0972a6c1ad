package org.gotm.core.pcapfile;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gotm.core.pcapfile.PcapngBuilder.pcapng;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.gotm.core.Seed;
import org.gotm.core.source.PacketSourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged pcapng files: what is good comes first, then one message with offset and words. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PcapngDamageTest {
  private static final long SEED = Seed.of(PcapngDamageTest.class);
  private static final int BROKEN_FILES = 2000;

  @TempDir Path folder;

  private static Arguments damage(Consumer<PcapngBuilder> block, String words) {
    return Arguments.of(block, words);
  }

  /** Blocks that cannot be right, and what is said of them. */
  static List<Arguments> damages() {
    return List.of(
        damage(b -> b.words(6, 36, 0, 0, 0, 0, 0, 0, 40), "block length 36, but 40 at its end"),
        damage(b -> b.words(6, 8, 8), "a block of 8 bytes"),
        damage(b -> b.words(6, 13, 0, 13), "a block of 13 bytes"),
        damage(b -> b.words(5, 16 << 20 | 4, 0), "a block of 16777220 bytes"),
        damage(b -> b.words(5, -4, 0), "a block of 4294967292 bytes"),
        damage(b -> b.words(6, 28, 0, 0, 0, 0, 28), "a packet block of 28 bytes"),
        damage(b -> b.words(3, 12, 12), "a packet block of 12 bytes"),
        damage(b -> b.words(6, 36, 0, 0, 0, 5, 5, 0, 36), "captured length 5 is above 4"),
        damage(b -> b.words(6, 32, 0, 0, 0, -1, 0, 32), "captured length 4294967295 is above 0"),
        damage(b -> b.words(3, 16, 1, 16), "captured length 1 is above 0"),
        damage(b -> b.packet(0, 0, 600_000, 600_000, 1), "captured length 600000 is above 524224"),
        damage(b -> b.packet(7, 0, 4, 4, 1), "a packet of interface 7, which is not described"),
        damage(b -> b.oldPacket(2, 0, 4, 4, 1), "a packet of interface 2, which is not described"),
        damage(
            b -> b.packet(-1, 0, 4, 4, 1),
            "a packet of interface 4294967295, which is not described"),
        damage(
            b -> b.section(BIG_ENDIAN).simplePacket(4, 4, 1),
            "a simple packet before an interface is described"),
        damage(b -> b.words(1, 16, 1, 16), "an interface description of 16 bytes"),
        damage(b -> b.option(3, 9), "interface option 3 of 9 bytes cannot be right"),
        damage(b -> b.option(9, 2, (byte) 9), "interface option 9 of 2 bytes cannot be right"),
        damage(b -> b.option(9, 1, (byte) 20), "interface option 9 of 1 bytes cannot be right"),
        damage(b -> b.option(9, 1, (byte) 0xc0), "interface option 9 of 1 bytes cannot be right"),
        damage(b -> b.option(14, 4, new byte[4]), "interface option 14 of 4 bytes"),
        damage(b -> b.words(0x0a0d0d0a, 28, 0x1a2b3c4e), "a section header without byte order"),
        damage(b -> b.words(0x0a0d0d0a, 20, 0x1a2b3c4d, 1, 20), "a section header of 20 bytes"),
        damage(
            b -> b.words(0x0a0d0d0a, 28, 0x1a2b3c4d, 0x00020002, 0, 0, 28),
            "pcapng version 2.2 is not supported, only 1.0"),
        damage(b -> b.words(6, 36, 0, 0), "the file ends after 16 of 36 block bytes"),
        damage(b -> b.raw((byte) 6), "the file ends after 1 of 12 block bytes"));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void shouldGiveWhatIsBeforeAndThenSayWhatIsWrongAndWhere(
      Consumer<PcapngBuilder> block, String words) {
    for (Opening how : Opening.values()) {
      PcapngBuilder builder = pcapng().link(101, 0).packet(0, 1, 5, 5, 1).packet(1, 2, 6, 6, 2);
      int offset = builder.length();
      block.accept(builder);
      boolean inNextSection = words.contains("simple packet before");

      List<Run> runs = Run.readAll(how.openPcapng(builder.build(), folder));

      assertThat(runs).extracting(Run::linkType).containsExactly(1, 101);
      assertThat(runs).allSatisfy(run -> assertThat(run.packets()).hasSize(1));
      assertThat(runs.getLast().damage())
          .isInstanceOf(DamagedCaptureException.class)
          .hasMessageContaining(
              "file.pcapng: damaged at offset %d: ".formatted(offset + (inNextSection ? 28 : 0)))
          .hasMessageContaining(words);
    }
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldRefuseWhatIsNoPcapng(Opening how) {
    byte[] text = "not a capture, but a letter".getBytes(StandardCharsets.UTF_8);
    expectRefusal(how, text, "offset 0: unknown file format, not pcapng");
    expectRefusal(how, new byte[0], "offset 0: 0 bytes are no pcapng section header");
    expectRefusal(how, Arrays.copyOf(pcapng().build(), 11), "the file ends after 11 of 12 block");
    expectRefusal(how, Arrays.copyOf(pcapng().build(), 27), "the file ends after 27 of 28 block");
    expectRefusal(how, pcapng().words(6, 13, 0).build(), "offset 48: a block of 13 bytes");
  }

  private void expectRefusal(Opening how, byte[] file, String words) {
    assertThatThrownBy(() -> how.openPcapng(file, folder))
        .isInstanceOf(DamagedCaptureException.class)
        .hasMessageContaining(words);
  }

  @Test
  void shouldNotTakeAllMemoryWhenInterfacesNeverEnd() {
    PcapngBuilder builder = pcapng();
    for (int i = 0; i < 1 << 16; i++) {
      builder.words(1, 20, 1, 0, 20);
    }

    expectRefusal(Opening.MEMORY, builder.build(), "more than 65536 interfaces");
  }

  /** A packet, or the damage, comes of every length; a longer file never gives fewer packets. */
  @ParameterizedTest
  @EnumSource(Opening.class)
  void shouldReadEveryWholePacketWhenFileIsCut(Opening how) {
    byte[] file = manyKinds().build();
    int before = 0;
    for (int length = 0; length <= file.length; length++) {
      int packets = count(how, Arrays.copyOf(file, length));
      assertThat(packets).as("first %d bytes", length).isBetween(before, before + 1);
      before = packets;
    }
    assertThat(before).isEqualTo(6);
  }

  private static PcapngBuilder manyKinds() {
    return pcapng()
        .packet(0, 1, 5, 5, 1)
        .simplePacket(3, 3, 2)
        .section(BIG_ENDIAN)
        .link(1, 9, 7)
        .link(113, 0)
        .packet(1, 1, 5, 5, 3)
        .unknown(10, 30)
        .oldPacket(0, 1, 4, 4, 4)
        .packet(1, 1, 0, 5, 5)
        .packet(0, 1, 8, 8, 6);
  }

  @Test
  void shouldAlwaysAnswerWhenBytesAreBroken() {
    SplittableRandom random = new SplittableRandom(SEED);
    byte[] original = manyKinds().build();
    for (int i = 0; i < BROKEN_FILES; i++) {
      byte[] file = original.clone();
      for (int n = random.nextInt(8); n >= 0; n--) {
        file[random.nextInt(file.length)] = (byte) random.nextInt(256);
      }
      int mapped = count(Opening.MEMORY, file);
      if (i % 8 == 0) {
        assertThat(count(Opening.TRICKLE, file)).as("file %d", i).isEqualTo(mapped);
      }
    }
  }

  private int count(Opening how, byte[] file) {
    try {
      return Run.readAll(how.openPcapng(file, folder)).stream()
          .mapToInt(run -> run.packets().size())
          .sum();
    } catch (DamagedCaptureException e) {
      assertThat(e).hasMessageMatching(".* offset \\d+: .*");
      return 0;
    }
  }

  @Test
  void shouldFailAndNotCrashWhenFileShrinksWhileItIsRead() throws IOException {
    PcapngBuilder builder = pcapng();
    for (int i = 0; i < 1000; i++) {
      builder.packet(0, i, 1000, 1000, i);
    }
    Path file = Files.write(folder.resolve("shrinking.pcapng"), builder.build());
    PcapngFileSource source = PcapngFileSource.open(file);
    try (RandomAccessFile shorter = new RandomAccessFile(file.toFile(), "rw")) {
      shorter.setLength(100);
    }

    PacketSourceException failure = Run.readAll(source).getLast().damage();

    assertThat(failure).hasMessageContaining("became shorter while it was read");
  }
}
