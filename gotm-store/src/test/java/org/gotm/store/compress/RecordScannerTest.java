package org.gotm.store.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the last whole record of some bytes ends. */
class RecordScannerTest {
  private static final int MICROS = 0xa1b2c3d4;
  private static final int NANOS = 0xa1b23c4d;

  private static ByteBuffer file(int magic, ByteOrder order) {
    return ByteBuffer.allocate(100_000)
        .order(order)
        .putInt(magic)
        .putShort((short) 2)
        .putShort((short) 4)
        .putLong(0)
        .putInt(65535)
        .putInt(1);
  }

  private static ByteBuffer record(
      ByteBuffer file, int second, int fraction, int caplen, int length, int extra) {
    file.putInt(second).putInt(fraction).putInt(caplen).putInt(length);
    return file.position(file.position() + extra + caplen);
  }

  private static RecordScanner scan(ByteBuffer file) {
    RecordScanner scanner = new RecordScanner();
    scanner.scan(file.flip());
    return scanner;
  }

  @ParameterizedTest
  @CsvSource({
    "a1b2c3d4,true,0",
    "a1b2c3d4,false,0",
    "a1b23c4d,true,0",
    "a1b23c4d,false,0",
    "a1b2cd34,true,8",
    "a1b2cd34,false,8"
  })
  void shouldKnowAllMagicsInBothOrdersWhenFedInPieces(String magic, boolean little, int extra) {
    ByteOrder order = little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    int value = Integer.parseUnsignedInt(magic, 16);
    ByteBuffer file = file(value, order);
    for (int i = 0; i < 100; i++) {
      record(file, 1000 + i, 999, 7 * i, 9 * i + 1, extra);
    }
    int end = file.position();
    file.putInt(5).flip();
    Random random = new Random(magic.hashCode());
    RecordScanner scanner = new RecordScanner();
    while (file.hasRemaining()) {
      int n = Math.min(file.remaining(), random.nextInt(60));
      scanner.scan(file.slice(file.position(), n));
      file.position(file.position() + n);
    }
    assertThat(scanner.damage()).isNull();
    assertThat(scanner.wholeEnd()).isEqualTo(end);
    assertThat(scanner.records()).isEqualTo(100);
    assertThat(scanner.lastTimestampNanos())
        .isEqualTo(1099_000_000_000L + (value == NANOS ? 999 : 999_000));
  }

  @Test
  void shouldNotTakeZerosForRecordsWhenTheyAreTheEnd() {
    ByteBuffer file = record(file(NANOS, ByteOrder.LITTLE_ENDIAN), 1, 2, 60, 60, 0);
    int end = file.position();
    RecordScanner scanner = scan(file.position(end + 5000));
    assertThat(scanner.wholeEnd()).isEqualTo(end);
    assertThat(scanner.records()).isEqualTo(1);
    assertThat(scanner.damage()).isNull();
  }

  @Test
  void shouldTakeEmptyPacketsForRecordsWhenOthersFollow() {
    ByteBuffer file = file(MICROS, ByteOrder.LITTLE_ENDIAN);
    record(file, 1, 2, 60, 60, 0);
    record(file, 0, 0, 0, 0, 0);
    record(file, 0, 0, 4, 0, 0);
    record(file, 3, 4, 10, 10, 0);
    int end = file.position();
    RecordScanner scanner = scan(file);
    assertThat(scanner.wholeEnd()).isEqualTo(end);
    assertThat(scanner.records()).isEqualTo(4);
  }

  @Test
  void shouldStopBeforeARecordWhenItsLengthCannotBe() {
    ByteBuffer file = record(file(MICROS, ByteOrder.LITTLE_ENDIAN), 1, 2, 60, 60, 0);
    int end = file.position();
    RecordScanner scanner = scan(record(file, 2, 2, 0, 60, 0).putInt(end + 8, 600_000));
    assertThat(scanner.damage()).isEqualTo("no record at offset " + end);
    assertThat(scanner.wholeEnd()).isEqualTo(end);
  }

  @Test
  void shouldStopBeforeARecordWhenItsFractionIsASecond() {
    ByteBuffer file = file(MICROS, ByteOrder.LITTLE_ENDIAN);
    RecordScanner scanner = scan(record(file, 2, 1_000_000, 60, 60, 0));
    assertThat(scanner.damage()).isEqualTo("no record at offset 24");
  }

  @Test
  void shouldGoOnBehindARecordOfABillionNanosecondsWhenTheRestIsRight() {
    ByteBuffer file = record(file(NANOS, ByteOrder.LITTLE_ENDIAN), 1, 2, 60, 60, 0);
    record(file, 2, 1_000_000_001, 60, 60, 0);
    RecordScanner scanner = scan(record(file, 4, 5, 60, 60, 0));
    assertThat(scanner.damage()).isNull();
    assertThat(scanner.records()).isEqualTo(3);
    assertThat(scanner.wholeEnd()).isEqualTo(24 + 3 * 76);
  }

  @Test
  void shouldBelieveALastRecordOfABillionNanosecondsOnlyWhenTheFileEndsWithIt() {
    ByteBuffer file = record(file(NANOS, ByteOrder.LITTLE_ENDIAN), 1, 2, 60, 60, 0);
    int end = file.position();
    RecordScanner scanner = scan(record(file, 2, 1_000_000_001, 60, 60, 0));
    assertThat(scanner.wholeEnd()).isEqualTo(end);
    scanner.scan(ByteBuffer.allocate(3));
    scanner.end();
    assertThat(scanner.wholeEnd()).isEqualTo(end);

    ByteBuffer whole = record(file(NANOS, ByteOrder.LITTLE_ENDIAN), 2, 1_000_000_001, 60, 60, 0);
    RecordScanner ended = scan(whole);
    ended.end();
    assertThat(ended.wholeEnd()).isEqualTo(24 + 76);
    assertThat(ended.lastTimestampNanos()).isEqualTo(3_000_000_001L);
  }

  @ParameterizedTest
  @CsvSource({"4,3", "6,5", "4,0", "20,0x10000"})
  void shouldSayNoPcapFileWhenLibpcapRefusesItsHeader(int at, String value) {
    ByteBuffer file = record(file(MICROS, ByteOrder.LITTLE_ENDIAN), 1, 2, 60, 60, 0);
    RecordScanner scanner =
        scan(
            at == 20
                ? file.putInt(at, Integer.decode(value))
                : file.putShort(at, Short.decode(value)));
    assertThat(scanner.damage()).startsWith("a file header of version ");
    assertThat(scanner.isPcap()).isFalse();
    assertThat(scanner.wholeEnd()).isZero();
  }

  @Test
  void shouldSayNoPcapFileWhenTheFirstBytesAreOthers() {
    RecordScanner scanner = new RecordScanner();
    scanner.scan(ByteBuffer.wrap(new byte[] {(byte) 0xd4, (byte) 0xc3}));
    assertThat(scanner.isPcap()).isTrue();
    scanner.scan(ByteBuffer.wrap(new byte[] {0, 0}));
    assertThat(scanner.isPcap()).isFalse();
  }
}
