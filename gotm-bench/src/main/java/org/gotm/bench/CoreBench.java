package org.gotm.bench;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.gotm.core.capture.Ledger;
import org.gotm.core.chunk.ChunkAppender;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.LinkType;
import org.gotm.core.packet.PacketDecoder;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.core.source.PacketBatch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Nanoseconds a packet of each step from batch to chunk; making the batch is the baseline. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(PacketBatch.DEFAULT_CAPACITY)
@Fork(
    value = 3,
    jvmArgs = {
      "--enable-native-access=ALL-UNNAMED",
      "-XX:CompileCommand=dontinline,org.gotm.*::*Loop"
    })
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CoreBench {
  /** Flows of the traffic: all of them in the cache, and few of them. */
  @Param({"1000", "50000"})
  int flows;

  /** How full the table is, of the flows it can hold. */
  @Param({"0.1", "0.5", "1"})
  double fill;

  private final int[] kept = new int[PacketBatch.DEFAULT_CAPACITY];
  private Arena arena;
  private Traffic traffic;
  private PacketDecoder decoder;
  private FlowCutter cutter;
  private ChunkAppender appender;

  /** What JMH calls. */
  public CoreBench() {}

  /** Makes traffic, table and chunks. */
  @Setup
  public void prepare() {
    arena = Arena.ofShared();
    traffic = new Traffic(flows, arena);
    FlowKeys keys = new FlowKeys(PacketBatch.DEFAULT_CAPACITY, 1);
    decoder = new PacketDecoder(LinkType.ETHERNET, FlowKeyOptions.defaults(), keys);
    FlowCutter.Options options =
        new FlowCutter.Options(
            (int) (flows / fill),
            60_000_000_000L,
            Cutoff.of(1000, 65536),
            Cutoff.UNLIMITED,
            FlowKeyOptions.defaults());
    cutter = new FlowCutter(options, FlowListener.NONE, arena);
    cutter.begin(LinkType.ETHERNET);
    ChunkPool pool = new ChunkPool(4, 1 << 20, arena);
    appender =
        new ChunkAppender(
            new ChunkAppender.Options(
                0, LinkType.ETHERNET, RecordFormat.pcap(), Long.MAX_VALUE, 0, false),
            pool,
            pool::release,
            new Ledger());
  }

  /** Frees everything. */
  @TearDown
  public void free() {
    arena.close();
  }

  /** The baseline: a batch of packets, nothing done to them. */
  @Benchmark
  public PacketBatch batch() {
    return traffic.nextBatch();
  }

  /** Baseline and decoder. */
  @Benchmark
  public long decode() {
    PacketBatch batch = traffic.nextBatch();
    decoder.decode(batch);
    return decoder.keys().hash(0);
  }

  /** Baseline, decoder and flow table. */
  @Benchmark
  public int decide() {
    return cutter.decide(traffic.nextBatch(), kept);
  }

  /** Baseline and copying every packet into chunks. */
  @Benchmark
  public boolean append() {
    PacketBatch batch = traffic.nextBatch();
    boolean all = true;
    for (int i = 0; i < batch.count(); i++) {
      all &= appender.accept(batch, i, cutter.flows());
    }
    return all;
  }
}
