package org.gotm.bench;

import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Milliseconds to compress a chunk of 1 MiB, half text and half noise; copying it is the baseline.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBench {
  private static final int CHUNK = 1 << 20;
  private static final byte[] TEXT = "the quick brown fox jumps over the lazy dog. ".getBytes();

  /** Compression level. */
  @Param({"1", "3"})
  int level;

  private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
  private final ByteBuffer out = ByteBuffer.allocateDirect(2 * CHUNK);
  private ZstdCompressCtx zstd;
  private Deflater deflater;

  /** What JMH calls. */
  public CodecBench() {}

  /** Fills the chunk. */
  @Setup
  public void prepare() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < CHUNK; i++) {
      chunk.put(i, i / 1000 % 2 == 0 ? TEXT[i % TEXT.length] : (byte) random.nextInt());
    }
    zstd = new ZstdCompressCtx().setLevel(level).setChecksum(true);
    deflater = new Deflater(level, true);
  }

  /** The baseline. */
  @Benchmark
  public ByteBuffer copy() {
    return out.clear().put(chunk.clear());
  }

  /** One zstd frame. */
  @Benchmark
  public int zstd() {
    return zstd.compressDirectByteBuffer(out.clear(), 0, out.capacity(), chunk.clear(), 0, CHUNK);
  }

  /** The deflate stream of one gzip member. */
  @Benchmark
  public int deflate() {
    deflater.reset();
    deflater.setInput(chunk.clear());
    deflater.finish();
    return deflater.deflate(out.clear());
  }
}
