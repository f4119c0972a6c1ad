package org.gotm.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkAppender;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.chunk.ChunkSink;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.pcapfile.RecordFormat;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Somebody truncates the file that is mapped and being captured from. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShrinkingFileTest {
  private static final int PACKETS = 20_000;
  private static final int PACKET_LENGTH = 500;

  @TempDir Path folder;

  @RepeatedTest(3)
  void shouldFailWithItsLedgerWhole() throws IOException {
    Path file = write();
    Ledger ledger = new Ledger();
    try (Arena arena = Arena.ofConfined();
        PcapFileSource source = PcapFileSource.open(file)) {
      ChunkPool pool = new ChunkPool(2, Chunk.MIN_CAPACITY, arena);
      CaptureWorker worker = worker(source, sink(pool, file), pool, ledger, arena);
      worker.run();

      assertThat(worker.failure()).isNotNull();
      assertThat(worker.failure().toString()).contains("shorter");
      assertThat(ledger.get(Counter.DELIVERED)).isBetween(1L, PACKETS - 1L);
      assertThat(ledger.isBalanced()).as(ledger.toString()).isTrue();
    }
  }

  /** Writes chunks off, and makes the file shorter when the first comes. */
  private static ChunkSink sink(ChunkPool pool, Path file) {
    return chunk -> {
      chunk.ledger().add(Counter.WRITTEN, chunk.packets());
      pool.release(chunk);
      try (RandomAccessFile shorter = new RandomAccessFile(file.toFile(), "rw")) {
        shorter.setLength(4096);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  private static CaptureWorker worker(
      PcapFileSource source, ChunkSink sink, ChunkPool pool, Ledger ledger, Arena arena) {
    FlowCutter cutter =
        new FlowCutter(
            new FlowCutter.Options(
                100, 1_000_000, Cutoff.none(), Cutoff.UNLIMITED, FlowKeyOptions.defaults()),
            FlowListener.NONE,
            arena);
    ChunkAppender.Options options =
        new ChunkAppender.Options(
            0, LinkType.ETHERNET, RecordFormat.pcap(), 1_000_000_000, 0, false);
    return new CaptureWorker(
        source, cutter, new ChunkAppender(options, pool, sink, ledger), ledger, System::nanoTime);
  }

  private Path write() throws IOException {
    ByteBuffer file =
        ByteBuffer.allocate(24 + PACKETS * (16 + PACKET_LENGTH)).order(ByteOrder.nativeOrder());
    file.putInt(0xa1b23c4d).putShort((short) 2).putShort((short) 4).putLong(0);
    file.putInt(262144).putInt(LinkType.ETHERNET);
    for (int i = 0; i < PACKETS; i++) {
      file.putInt(1).putInt(i).putInt(PACKET_LENGTH).putInt(PACKET_LENGTH);
      file.position(file.position() + PACKET_LENGTH);
    }
    return Files.write(folder.resolve("shrinking.pcap"), file.array());
  }
}
