package org.gotm.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.store.TestWorker;
import org.gotm.store.compress.Piece;
import org.gotm.store.compress.PieceRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether a file holds what was appended to it. */
class DiskFileTest {
  private static final PieceRecords RECORDS =
      new PieceRecords(RecordFormat.pcap(), number -> LinkType.ETHERNET);

  @TempDir Path folder;

  private static MemorySegment staging(Arena arena) {
    return arena.allocate(DiskFile.STAGING_LENGTH, DiskFile.STAGING_ALIGNMENT);
  }

  @Test
  void shouldHoldWhatWasAppendedWhenFlushedAndCutAtRandom() throws IOException {
    long seed = System.nanoTime();
    System.out.println("DiskFileTest seed=" + seed);
    Random random = new Random(seed);
    Path path = folder.resolve("file");
    byte[] model = new byte[0];
    try (Arena arena = Arena.ofConfined();
        DiskFile file = new DiskFile(path, staging(arena))) {
      MemorySegment source = arena.allocate(3 * DiskFile.STAGING_LENGTH);
      for (int i = 0; i < 100; i++) {
        int length = random.nextInt(1 << random.nextInt(1, 22));
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        MemorySegment.copy(bytes, 0, source, ValueLayout.JAVA_BYTE, 5, length);
        file.append(source, 5, length);
        model = concat(model, bytes);
        assertThat(file.length()).isEqualTo(model.length);
        assertThat(file.diskEnd()).isEqualTo(Files.size(path));
        if (random.nextInt(3) == 0) {
          file.flush();
          assertContent(path, model);
          assertThat(file.diskEnd()).isEqualTo(model.length);
        }
        if (random.nextInt(5) == 0) {
          int end = (int) (file.diskEnd() * random.nextDouble());
          file.cutTo(end);
          model = Arrays.copyOf(model, end);
          assertContent(path, model);
        }
      }
      file.flush();
      assertThat(file.failure()).isNull();
      assertContent(path, model);
    }
  }

  /**
   * Chunks lie as the file wants them once the worker knows how; pieces in between shift that, and
   * short chunks go by way of staging memory.
   */
  @Test
  void shouldHoldTheRecordsOfChunksWhereverTheyBegin() throws IOException {
    long seed = System.nanoTime();
    System.out.println("DiskFileTest seed=" + seed);
    Random random = new Random(seed);
    Path path = folder.resolve("file");
    AtomicInteger inPlace = new AtomicInteger();
    ByteArrayOutputStream model = new ByteArrayOutputStream();
    try (Arena arena = Arena.ofConfined();
        DiskFile file = new DiskFile(path, staging(arena))) {
      ChunkPool pool = new ChunkPool(3, Chunk.MIN_CAPACITY, arena);
      Piece whole = new Piece(pool, () -> {}, RECORDS, false, arena);
      MemorySegment piece = arena.allocate(10_000).fill((byte) 7);
      file.append(piece, 0, 24);
      model.writeBytes(piece.asSlice(0, 24).toArray(ValueLayout.JAVA_BYTE));
      TestWorker worker =
          new TestWorker(
              0,
              pool,
              chunk -> {
                inPlace.addAndGet(chunk.begin() == file.length() % 4096 ? 1 : 0);
                model.writeBytes(bytesOf(chunk));
                whole.begin(chunk);
                file.append(whole);
                whole.release();
                if (random.nextInt(5) == 0) {
                  int length = random.nextInt(10_000);
                  file.append(piece, 0, length);
                  model.writeBytes(piece.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
                }
                if (random.nextInt(5) == 0) {
                  file.flush();
                  assertThat(file.diskEnd()).isEqualTo(model.size());
                }
              });
      for (int i = 0; i < 20_000; i++) {
        worker.send(i, 60 + random.nextInt(1500));
        if (random.nextInt(1000) == 0) {
          worker.flush();
        }
      }
      worker.flush();
      file.flush();
      assertThat(file.failure()).isNull();
      assertThat(file.length()).isEqualTo(model.size());
    }
    assertContent(path, model.toByteArray());
    assertThat(inPlace).hasValueGreaterThan(10);
  }

  private static byte[] bytesOf(Chunk chunk) {
    return chunk.memory().asSlice(chunk.begin(), chunk.length()).toArray(ValueLayout.JAVA_BYTE);
  }

  private static void assertContent(Path path, byte[] expected) throws IOException {
    assertThat(Arrays.mismatch(Files.readAllBytes(path), expected)).isEqualTo(-1);
  }

  private static byte[] concat(byte[] first, byte[] second) {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(first);
    both.writeBytes(second);
    return both.toByteArray();
  }

  @Test
  void shouldKeepItsExactLengthWhenClosed() throws IOException {
    Path path = folder.resolve("file");
    try (Arena arena = Arena.ofConfined();
        DiskFile file = new DiskFile(path, staging(arena))) {
      file.append(arena.allocate(10_001), 0, 10_001);
      file.flush();
    }
    assertThat(path).hasSize(10_001);
  }

  @Test
  void shouldNotTouchAFileThatExists() throws IOException {
    Path path = Files.writeString(folder.resolve("file"), "mine");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment staging = staging(arena);
      assertThatThrownBy(() -> new DiskFile(path, staging))
          .isInstanceOf(FileAlreadyExistsException.class);
    }
    assertThat(path).hasContent("mine");
  }
}
