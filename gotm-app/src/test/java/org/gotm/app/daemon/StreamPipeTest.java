package org.gotm.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StreamPipeTest {
  /** More than a pipe holds. */
  private static final byte[] DATA = new byte[300_000];

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

  private static byte[] readAll(StreamPipe pipe) throws IOException {
    try (InputStream in = Files.newInputStream(pipe.path())) {
      pipe.handedOver();
      return in.readAllBytes();
    }
  }

  @Test
  void shouldCarryAllBytesAndCloseTheStream() throws Exception {
    WatchedStream stream = new WatchedStream(DATA);
    StreamPipe pipe = StreamPipe.of(stream);

    assertThat(readAll(pipe)).isEqualTo(DATA);
    stream.assertClosed();
    assertThat(pipe.damage()).isNull();
  }

  @Test
  void shouldEndWhenNobodyReadsAnyMore() throws Exception {
    WatchedStream stream = new WatchedStream(DATA);
    StreamPipe pipe = StreamPipe.of(stream);

    try (InputStream in = Files.newInputStream(pipe.path())) {
      pipe.handedOver();
      assertThat(in.readNBytes(10)).hasSize(10);
    }

    stream.assertClosed();
    assertThat(pipe.damage()).isNull();
  }

  @Test
  void shouldCarryWhatCameBeforeAndTellWhatIsWrongWhenTheStreamIsDamaged() throws Exception {
    IOException damage = new IOException("crc error");
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw damage;
          }
        };
    StreamPipe pipe =
        StreamPipe.of(new SequenceInputStream(new ByteArrayInputStream(DATA), broken));

    assertThat(readAll(pipe)).isEqualTo(DATA);
    assertThat(pipe.damage()).isSameAs(damage);
  }

  @Test
  void shouldLeaveNoDescriptorOpenWhenDone() throws Exception {
    for (int i = 0; i < 3; i++) {
      readAll(StreamPipe.of(new ByteArrayInputStream(DATA)));
    }
    long before = openDescriptors();

    for (int i = 0; i < 50; i++) {
      readAll(StreamPipe.of(new ByteArrayInputStream(DATA)));
    }

    assertThat(openDescriptors()).isLessThan(before + 25);
  }

  private static long openDescriptors() throws IOException {
    try (var descriptors = Files.list(java.nio.file.Path.of("/proc/self/fd"))) {
      return descriptors.count();
    }
  }
}
