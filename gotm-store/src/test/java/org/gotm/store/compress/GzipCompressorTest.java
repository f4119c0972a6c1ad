package org.gotm.store.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.gotm.store.Tool;
import org.gotm.store.api.Compression;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The members of a piece, by gzip and bgzip. */
class GzipCompressorTest {
  @TempDir Path folder;

  @BeforeAll
  static void requireTools() {
    Tool.require("bgzip", "gzip");
  }

  @ParameterizedTest
  @CsvSource({
    "0,6",
    "1,1",
    "24,9",
    "65279,1",
    "65280,1",
    "65280,9",
    "65281,6",
    "130560,4",
    "1048576,1",
    "1048576,6",
    "1048577,9"
  })
  void shouldStayWithinTheBoundWhenContentCannotBeCompressed(int length, int level)
      throws IOException {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    assertRoundTrip(content, level);
  }

  @ParameterizedTest
  @CsvSource({"0,1", "65280,6", "300000,1", "1048576,9"})
  void shouldStayWithinTheBoundWhenContentIsAllTheSame(int length, int level) throws IOException {
    byte[] packed = assertRoundTrip(new byte[length], level);
    assertThat(packed.length).isLessThan(length / 100 + 100);
  }

  /** Twice with one compressor, the second time from and to somewhere else. */
  private byte[] assertRoundTrip(byte[] content, int level) throws IOException {
    ByteBuffer from = ByteBuffer.allocateDirect(content.length + 10).put(5, content);
    ByteBuffer to = ByteBuffer.allocateDirect(ChunkCompressor.bound(content.length));
    byte[] packed = {};
    try (ChunkCompressor compressor = ChunkCompressor.of(new Compression.Gzip(level))) {
      for (int round = 0; round < 2; round++) {
        from.limit(5 + content.length).position(5);
        packed = new byte[compressor.compress(from, to)];
        to.get(0, packed);
        Path file = Files.write(folder.resolve(round + ".gz"), packed);
        Tool.run("bgzip -t \"$1\" && zcat \"$1\" > \"$1.plain\"", file);
        assertThat(folder.resolve(round + ".gz.plain")).hasBinaryContent(content);
      }
    }
    return packed;
  }
}
