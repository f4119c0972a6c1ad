package org.gotm.store.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.gotm.core.Seed;
import org.gotm.core.flow.FlowRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of flow records that are torn, damaged or hostile: what is whole is read, all ends soon.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SpoolReaderTest {
  private static final int RECORD = 192;
  private static final int NUMBER = 184;
  private static final int HEADER_LENGTH = 8;
  private static final int RECORD_LENGTH = 12;

  @TempDir Path folder;
  private final SplittableRandom random = new SplittableRandom(Seed.of(SpoolReaderTest.class));
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("2026-11-28T13-00-00Z_eth0.flows");
  }

  private static byte[] header() {
    ByteBuffer bytes =
        new SpoolHeader(List.of("eth0", "eth 1"), List.of("rest")).bytes(SpoolTimes.NONE);
    return Arrays.copyOf(bytes.array(), bytes.limit());
  }

  /** Records with numbers from 1 on, and nothing else in them. */
  private static byte[] file(int records) {
    byte[] header = header();
    ByteBuffer all =
        ByteBuffer.allocate(header.length + records * RECORD).order(ByteOrder.LITTLE_ENDIAN);
    all.put(header);
    for (int i = 0; i < records; i++) {
      all.putLong(header.length + i * RECORD + NUMBER, i + 1);
    }
    return all.array();
  }

  private List<Long> numbers(byte[] bytes) throws IOException {
    Files.write(file, bytes);
    List<Long> numbers = new ArrayList<>();
    try (SpoolReader reader = new SpoolReader(file)) {
      for (FlowRecord flow = reader.next(); flow != null; flow = reader.next()) {
        numbers.add(flow.number());
      }
    }
    return numbers;
  }

  @Test
  void shouldReadWhatIsWholeAtEveryLength() throws IOException {
    byte[] whole = file(3);
    int header = header().length;
    for (int length = 0; length <= whole.length; length++) {
      byte[] some = Arrays.copyOf(whole, length);
      if (length < header) {
        assertThatThrownBy(() -> numbers(some))
            .isInstanceOf(SpoolFormatException.class)
            .hasMessageStartingWith(file + ": ");
      } else {
        assertThat(numbers(some)).hasSize((length - header) / RECORD);
      }
    }
  }

  /** More than the reader's buffer holds. */
  @Test
  void shouldReadManyAndPassOverZeros() throws IOException {
    byte[] whole = file(5000);
    Arrays.fill(whole, header().length + 10 * RECORD, header().length + 3000 * RECORD, (byte) 0);

    assertThat(numbers(whole)).hasSize(5000 - 2990).contains(10L, 3001L, 5000L);
  }

  @Test
  void shouldCallNumbersWhatTheHeaderSays() throws IOException {
    Files.write(file, file(1));
    try (SpoolReader reader = new SpoolReader(file)) {
      assertThat(reader.header().interfaceName(1)).isEqualTo("eth 1");
      assertThat(reader.header().interfaceName(2)).isEqualTo("2");
      assertThat(reader.header().className(0)).isEqualTo("rest");
      assertThat(reader.times()).isEqualTo(SpoolTimes.UNKNOWN);
    }
  }

  @Test
  void shouldTellTimesOfAFileThatIsFinished() throws IOException {
    for (SpoolTimes times :
        List.of(new SpoolTimes(-5, 7), new SpoolTimes(Long.MIN_VALUE, Long.MAX_VALUE))) {
      ByteBuffer bytes = new SpoolHeader(List.of(), List.of()).bytes(times);
      Files.write(file, Arrays.copyOf(bytes.array(), bytes.limit()));
      try (SpoolReader reader = new SpoolReader(file)) {
        assertThat(reader.times()).isEqualTo(times);
      }
    }
  }

  @Test
  void shouldRefuseHeadersOfAnyOtherLength() {
    for (int length : new int[] {-1, 0, 15, 1 << 21, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      byte[] bytes = file(1);
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(HEADER_LENGTH, length);
      assertThatThrownBy(() -> numbers(bytes)).isInstanceOf(SpoolFormatException.class);
    }
    byte[] other = file(1);
    other[RECORD_LENGTH]++;
    assertThatThrownBy(() -> numbers(other))
        .hasMessage(file + ": not a file of flow records, or of another version of gotm");
  }

  /** Whatever is in it: all lines can be made, and none has a control character. */
  @Test
  void shouldShowWhateverIsInAFile() throws IOException {
    for (int round = 0; round < 2000; round++) {
      byte[] bytes = file(4);
      int header = header().length;
      for (int i = 0; i < (round % 2 == 0 ? 20 : 4 * RECORD); i++) {
        int from = round % 3 == 0 ? 0 : header;
        bytes[from + random.nextInt(bytes.length - from)] = (byte) random.nextInt();
      }
      Files.write(file, bytes);
      show();
    }
  }

  private void show() throws IOException {
    try (SpoolReader reader = new SpoolReader(file)) {
      FlowRow row = new FlowRow("sensor");
      for (FlowRecord flow = reader.next(); flow != null; flow = reader.next()) {
        row.at(flow, reader.header());
        assertIsLine(FlowText.line(row));
        assertIsLine(FlowText.json(row));
      }
    } catch (SpoolFormatException e) {
      assertThat(e.getMessage()).startsWith(file.toString());
    }
  }

  private static void assertIsLine(String line) {
    assertThat(line).endsWith("\n");
    assertThat(line.strip().chars()).noneMatch(Character::isISOControl);
  }

  @Test
  void shouldHaveOneLineWhateverNamesAre() throws IOException {
    String name = "eth\n\u001b[31m0\u0000\r\"\\\u009b\u202e\ud800\u2028";
    byte[] lines =
        ("interface 0 "
                + name.replace("\n", "")
                + "\nclass 0 \u001b[0m\nclass x y\nclass 99999 z\n")
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(16 + lines.length + RECORD).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(header(), 0, HEADER_LENGTH).putInt(16 + lines.length).putShort((short) RECORD);
    bytes.putShort((short) 0).put(lines).putLong(16 + lines.length + NUMBER, 1);
    Files.write(file, bytes.array());
    show();
    SpoolHeader header = new SpoolHeader(List.of(name), List.of());
    assertThat(header.interfaceName(0).chars()).noneMatch(Character::isISOControl);
    ByteBuffer written = header.bytes(SpoolTimes.NONE);
    byte[] text = Arrays.copyOfRange(written.array(), 16, written.limit());
    assertThat(SpoolHeader.parse(text)).isEqualTo(header);
  }
}
