package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import org.gotm.store.api.Compression;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What output and compressor threads allocate on the heap for each chunk. Ours is nothing; zstd-jni
 * takes some 300 bytes until its calls are compiled, and the JDK's deflater some, which needs more
 * chunks than this test sends.
 */
class AllocationTest {
  private static final int WARM_UP = 400;
  private static final int CHUNKS = 400;
  private static final int PACKET_LENGTH = 1000;
  private static final int PACKETS_A_CHUNK = 300;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"none,1,50", "none,3,50", "zstd,1,500", "zstd,3,500", "gzip,1,500"})
  void shouldAllocateNextToNothingWhenChunksFlow(String name, int workers, long bytesAChunk) {
    Compression compression = Rig.compressionNamed(name);
    try (Rig rig = new Rig(folder).compression(compression).open()) {
      TestWorker[] senders = new TestWorker[workers];
      for (int i = 0; i < workers; i++) {
        senders[i] = rig.expectedWorker(i);
      }
      send(rig, senders, WARM_UP);
      long before = allocated();
      send(rig, senders, CHUNKS);
      long perChunk = (allocated() - before) / CHUNKS;
      System.out.printf("%s, %d workers: %d bytes a chunk%n", name, workers, perChunk);
      assertThat(perChunk).isLessThanOrEqualTo(bytesAChunk);
    }
  }

  private static void send(Rig rig, TestWorker[] workers, int chunks) {
    long time = Rig.START;
    for (int i = 0; i < chunks; i += workers.length) {
      for (TestWorker worker : workers) {
        worker.sendMany(PACKETS_A_CHUNK, time, PACKET_LENGTH);
        worker.flush();
      }
      time += Rig.SECOND;
    }
    while (rig.pool.inUse() > 0) {
      Thread.onSpinWait();
    }
  }

  /** Bytes that the threads of the output have allocated so far. */
  private static long allocated() {
    return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
        .filter(t -> t.getThreadName().matches("gotm-(output|compressor).*"))
        .mapToLong(t -> THREADS.getThreadAllocatedBytes(t.getThreadId()))
        .sum();
  }
}
