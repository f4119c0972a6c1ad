package org.gotm.core.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.gotm.core.chunk.ChunkTestbed.CHUNK_LENGTH;
import static org.gotm.core.chunk.ChunkTestbed.SECOND;
import static org.gotm.core.chunk.ChunkTestbed.options;
import static org.gotm.core.chunk.ChunkTestbed.packet;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.gotm.core.chunk.ChunkTestbed.Record;
import org.gotm.core.flow.BatchFlows;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The records in a chunk, to the byte. */
class ChunkTest {
  private static final int TAG = 0x8100_6007;

  private final ChunkTestbed testbed = new ChunkTestbed(2);

  private Chunk chunkOf(ChunkAppender.Options options, byte[] packet, int wireLength, int tag) {
    ChunkAppender appender = testbed.appender(options);
    assertThat(testbed.append(appender, packet, wireLength, 5 * SECOND + 123_456_789, tag))
        .isTrue();
    appender.finish();
    return testbed.handedOver.getFirst();
  }

  private Record recordOf(ChunkAppender.Options options, byte[] packet, int wireLength, int tag) {
    chunkOf(options, packet, wireLength, tag);
    return testbed.records().getFirst();
  }

  @Test
  void shouldBeAPcapRecordToTheByte() {
    Chunk chunk = chunkOf(options(), new byte[] {1, 2, 3}, 1500, 0);

    byte[] expected =
        ByteBuffer.allocate(19)
            .order(ByteOrder.nativeOrder())
            .putInt(5)
            .putInt(123_456_789)
            .putInt(3)
            .putInt(1500)
            .put(new byte[] {1, 2, 3})
            .array();
    byte[] actual = new byte[chunk.length()];
    chunk.buffer().get(actual);
    assertThat(actual).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"41, 60", "101, 0", "-1, 60", "0, -1", "0, 101"})
  void shouldRefuseAPacketThatReachesOutOfItsSegment(long offset, int caplen) {
    PacketBatch batch = new PacketBatch(1);
    batch.clear(Arena.ofAuto().allocate(100));
    batch.offsets[0] = offset;
    batch.caplens[0] = caplen;
    batch.wireLengths[0] = 60;
    batch.setCount(1);
    ChunkAppender appender = testbed.appender(options());

    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> appender.accept(batch, 0, BatchFlows.none()));
  }

  @Test
  void shouldHaveMicrosecondsWhenAsked() {
    Record record = recordOf(options(TimestampPrecision.MICRO, 262144), packet(60), 60, 0);

    assertThat(record.seconds()).isEqualTo(5);
    assertThat(record.fraction()).isEqualTo(123_456);
  }

  @Test
  void shouldHoldTheLatestTimeThatPcapKnows() {
    ChunkAppender appender = testbed.appender(options());
    testbed.append(appender, packet(1), 4_294_967_295L * SECOND + 999_999_999);
    appender.finish();

    Record record = testbed.records().getFirst();
    assertThat(record.seconds()).isEqualTo(4_294_967_295L);
    assertThat(record.fraction()).isEqualTo(999_999_999);
  }

  @ParameterizedTest
  @CsvSource({"60, 60", "61, 60", "1500, 60", "59, 59", "0, 0"})
  void shouldCutToSnaplenAndKeepWireLength(int length, int expected) {
    byte[] packet = packet(length);

    Record record = recordOf(options(TimestampPrecision.NANO, 60), packet, 9000, 0);

    assertThat(record.bytes()).isEqualTo(Arrays.copyOf(packet, expected));
    assertThat(record.wireLength()).isEqualTo(9000);
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 13, 14, 60, 1514})
  void shouldPutTagBackBehindTheAddresses(int length) {
    byte[] packet = packet(length);

    Record record = recordOf(options(), packet, 2000, TAG);

    byte[] expected =
        ByteBuffer.allocate(length + 4)
            .put(packet, 0, 12)
            .putInt(TAG)
            .put(packet, 12, length - 12)
            .array();
    assertThat(record.bytes()).isEqualTo(expected);
    assertThat(record.wireLength()).isEqualTo(2004);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 6, 11})
  void shouldNotPutTagIntoPacketThatIsCutBeforeItsPlace(int length) {
    byte[] packet = packet(length);

    Record record = recordOf(options(), packet, 64, TAG);

    assertThat(record.bytes()).isEqualTo(packet);
    assertThat(record.wireLength()).isEqualTo(64);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 12, 14, 16, 63})
  void shouldCutToSnaplenWithTheTagIn(int snaplen) {
    byte[] packet = packet(60);

    Record record = recordOf(options(TimestampPrecision.NANO, snaplen), packet, 60, TAG);

    byte[] whole =
        ByteBuffer.allocate(64).put(packet, 0, 12).putInt(TAG).put(packet, 12, 48).array();
    assertThat(record.bytes()).isEqualTo(Arrays.copyOf(whole, snaplen));
    assertThat(record.wireLength()).isEqualTo(64);
  }

  @Test
  void shouldKnowWhatItHolds() {
    ChunkAppender appender = testbed.appender(options());
    testbed.append(appender, packet(10), 7 * SECOND);
    testbed.append(appender, packet(20), 5 * SECOND);
    testbed.append(appender, packet(30), 6 * SECOND);
    appender.finish();
    Chunk chunk = testbed.handedOver.getFirst();

    assertThat(chunk.packets()).isEqualTo(3);
    assertThat(chunk.length()).isEqualTo(60 + 3 * 16);
    assertThat(chunk.firstTimestampNanos()).isEqualTo(7 * SECOND);
    assertThat(chunk.lastTimestampNanos()).isEqualTo(6 * SECOND);
    assertThat(chunk.worker()).isEqualTo(ChunkTestbed.WORKER);
    assertThat(chunk.linkType()).isEqualTo(LinkType.ETHERNET);
    assertThat(chunk.ledger()).isSameAs(testbed.ledger);
    assertThat(chunk.capacity()).isEqualTo(CHUNK_LENGTH);
    assertThat(chunk.memory().byteSize()).isEqualTo(CHUNK_LENGTH);
    assertThat(chunk.startsFile()).isFalse();
  }

  @Test
  void shouldGiveItsBufferFromTheStartEachTime() {
    Chunk chunk = chunkOf(options(), packet(10), 10, 0);
    chunk.buffer().get(new byte[20]);

    assertThat(chunk.buffer().position()).isZero();
    assertThat(chunk.buffer().remaining()).isEqualTo(26);
    assertThat(chunk.buffer()).isSameAs(chunk.buffer());
  }

  @Test
  void shouldBeEmptyAgainWhenItIsUsedAgain() {
    ChunkAppender appender = testbed.appender(options());
    for (int i = 0; i < 5; i++) {
      testbed.append(appender, packet(100 + i), SECOND + i);
      appender.finish();
      Chunk chunk = testbed.handedOver.getFirst();
      assertThat(chunk.packets()).isEqualTo(1);
      assertThat(chunk.length()).isEqualTo(116 + i);
      assertThat(chunk.firstTimestampNanos()).isEqualTo(SECOND + i);
      assertThat(testbed.records().getFirst().bytes()).isEqualTo(packet(100 + i));
      testbed.releaseAll();
    }
  }
}
