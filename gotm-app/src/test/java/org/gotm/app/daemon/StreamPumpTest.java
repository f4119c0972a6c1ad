package org.gotm.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StreamPumpTest {
  /** More than a pump holds. */
  private static final byte[] DATA = new byte[3_000_000];

  static {
    new Random(1).nextBytes(DATA);
  }

  /** Tells when it is closed. */
  private static final class WatchedStream extends ByteArrayInputStream {
    private final CountDownLatch closed = new CountDownLatch(1);

    WatchedStream(byte[] data) {
      super(data);
    }

    @Override
    public void close() {
      closed.countDown();
    }

    void assertClosed() throws InterruptedException {
      assertThat(closed.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static byte[] readAll(StreamPump pump, ByteArrayOutputStream into) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(70_001);
    while (pump.read(buffer) >= 0) {
      into.write(buffer.array(), 0, buffer.position());
      buffer.clear();
    }
    return into.toByteArray();
  }

  @Test
  void shouldCarryAllBytesAndCloseTheStream() throws Exception {
    WatchedStream stream = new WatchedStream(DATA);
    try (StreamPump pump = StreamPump.of(() -> stream)) {
      assertThat(pump.magic()).isEqualTo(ByteBuffer.wrap(DATA).getInt());
      assertThat(readAll(pump, new ByteArrayOutputStream())).isEqualTo(DATA);
      stream.assertClosed();
      assertThat(pump.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }

  @Test
  void shouldCloseTheStreamWhenNobodyReadsAnyMore() throws Exception {
    WatchedStream stream = new WatchedStream(DATA);
    try (StreamPump pump = StreamPump.of(() -> stream)) {
      assertThat(pump.read(ByteBuffer.allocate(10))).isPositive();
    }

    stream.assertClosed();
  }

  @Test
  void shouldCarryWhatCameBeforeAndTellWhatIsWrongWhenTheStreamIsDamaged() {
    IOException damage = new IOException("crc error");
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw damage;
          }
        };
    ByteArrayOutputStream carried = new ByteArrayOutputStream();
    try (StreamPump pump =
        StreamPump.of(() -> new SequenceInputStream(new ByteArrayInputStream(DATA), broken))) {
      assertThatThrownBy(() -> readAll(pump, carried)).isSameAs(damage);
    }
    assertThat(carried.toByteArray()).isEqualTo(DATA);
  }

  @Test
  void shouldTellWhatKeepsTheStreamFromBeingOpened() {
    IOException reason = new IOException("no such pipe");
    try (StreamPump pump =
        StreamPump.of(
            () -> {
              throw reason;
            })) {
      assertThat(pump.magic()).isZero();
      assertThatThrownBy(() -> pump.read(ByteBuffer.allocate(1))).isSameAs(reason);
    }
  }

  @Test
  void shouldNotWaitForAWriterThatIsSilent() throws Exception {
    try (PipedOutputStream writer = new PipedOutputStream();
        PipedInputStream silent = new PipedInputStream(writer);
        StreamPump pump = StreamPump.of(() -> silent)) {
      ByteBuffer buffer = ByteBuffer.allocate(10);
      assertThat(pump.read(buffer)).isZero();
      writer.write(new byte[] {1, 2, 3, 4});
      writer.flush();
      while (pump.read(buffer) == 0) {
        assertThat(buffer.position()).isZero();
      }
      assertThat(buffer.position()).isEqualTo(4);
      assertThat(pump.read(buffer)).isZero();
      pump.stop();
      assertThat(pump.read(buffer)).isEqualTo(-1);
    }
  }

  @Test
  void shouldEndTheWaitForTheFirstBytesWhenStopped() throws Exception {
    try (PipedOutputStream writer = new PipedOutputStream();
        PipedInputStream silent = new PipedInputStream(writer);
        StreamPump pump = StreamPump.of(() -> silent)) {
      Thread stopper = Thread.ofPlatform().start(pump::stop);

      assertThat(pump.magic()).isZero();
      stopper.join();
    }
  }
}
