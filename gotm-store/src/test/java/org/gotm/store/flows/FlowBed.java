package org.gotm.store.flows;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.flow.FlowRecordRing;
import org.gotm.core.packet.LinkType;
import org.gotm.core.packet.PacketBuilder;
import org.gotm.core.source.PacketBatch;
import org.gotm.store.query.FlowQuery;
import org.gotm.store.query.Limits;

/**
 * A recorder's flow table and its spool, without packets on disk. Flow 5 is UDP from 10.0.0.5 to
 * 11.0.0.1; its packets have 50 bytes. The time is what a test says.
 */
public final class FlowBed implements AutoCloseable {
  /** The time at first, at a full hour. */
  public static final Instant START = Instant.parse("2026-11-28T13:00:00Z");

  private static final int LENGTH = 50;
  private static final int ROOM = 1 << 10;
  private static final long TIMEOUT = 5_000_000_000L;

  private final Arena arena = Arena.ofShared();
  private final PacketBatch batch = new PacketBatch(1);
  private final MemorySegment memory = arena.allocate(LENGTH);
  private final int[] kept = new int[1];
  private final Path output;
  private final FlowRecordRing ring;
  private final FlowCutter cutter;
  private final FlowSpool spool;
  private volatile Instant now = START;

  /** What the names are now. */
  public volatile SpoolHeader header = new SpoolHeader(List.of("eth0"), List.of("rest"));

  /** Lines of the log. */
  public final List<String> log = new CopyOnWriteArrayList<>();

  /** The spool's clock, which stands still. */
  private final class Standing extends Clock {
    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  /** A recorder with this name, of which records never get too old. */
  public FlowBed(Path output, String name) {
    this(output, name, 1 << 12, Duration.ZERO);
  }

  /** A recorder whose ring holds so many records, and whose files are deleted after this. */
  public FlowBed(Path output, String name, int ringRecords, Duration age) {
    this.output = output;
    ring = new FlowRecordRing(ringRecords, 0, 0, false, arena);
    FlowCutter.Options options =
        FlowCutter.Options.defaults()
            .withCapacityFlows(2000)
            .withTimeout(Duration.ofNanos(TIMEOUT))
            .withCutoff(Cutoff.of(5, 0));
    cutter = new FlowCutter(options, FlowListener.NONE, ring, arena);
    cutter.begin(LinkType.ETHERNET);
    spool =
        new FlowSpool(
            new FlowSpool.Options(
                output, name, () -> header, age, true, new Standing(), log::add, () -> {}),
            List.of(new FlowSpool.Worker(ring, cutter)));
  }

  /** The spool under test. */
  public FlowSpool spool() {
    return spool;
  }

  /** Flows so far, and so the number of the last one. */
  public long created() {
    return cutter.created();
  }

  /** Moves the time on. */
  public void pass(Duration time) {
    now = now.plus(time);
  }

  /** One packet of a flow, now. */
  public void send(int flow) {
    byte[] frame =
        PacketBuilder.packet()
            .ethernet(1, 2)
            .ipv4("10.0.%d.%d".formatted(flow >> 8, flow & 0xff), "11.0.0.1")
            .udp(1000, 53)
            .payload(8)
            .build();
    MemorySegment.copy(frame, 0, memory, JAVA_BYTE, 0, frame.length);
    batch.clear(memory);
    batch.add(0, frame.length, frame.length, nanos(), 0);
    cutter.decide(batch, kept);
    cutter.expire(nanos());
  }

  private long nanos() {
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  /** Moves the table's hand, once round. */
  public void expire() {
    cutter.expireIdle(nanos());
  }

  /** All flows are over: their records are on their way. */
  public void endFlows() {
    pass(Duration.ofSeconds(10));
    expire();
    pass(Duration.ofSeconds(10));
    expire();
  }

  /** Waits until all records are in the file. */
  public void awaitWritten() {
    await(() -> ring.waiting() == 0);
  }

  /** Waits until there is room for some records. */
  public void awaitRoom() {
    await(() -> ring.waiting() < ROOM);
  }

  /** The table's thread looks at what it was asked for; no time passes. */
  public void turn() {
    cutter.expireIdle(nanos());
  }

  /** The capture has ended. */
  public void end() {
    cutter.end();
  }

  /** Waits for something that another thread does. */
  public static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  /** The lines that an answer to a query has, from the files alone. */
  public static List<String> lines(Path output, String query) throws IOException {
    return lines(output, query, folder -> List.of(), new ArrayList<>());
  }

  /** The lines of an answer, flows that go on as a show tells. */
  public static List<String> lines(
      Path output, String query, FlowSearch.Show show, List<String> notes) throws IOException {
    List<String> lines = new ArrayList<>();
    FlowSearch search =
        new FlowSearch(
            FlowQuery.parse(query, START, ZoneOffset.UTC), Limits.NONE, "sensor", notes::add);
    search.run(
        List.of(output),
        show,
        row -> {
          lines.add(FlowText.line(row).strip());
          return 1;
        });
    return lines;
  }

  /** The sources of the flows in lines, and why they have ended. */
  public static List<String> ends(List<String> lines) {
    return lines.stream()
        .map(line -> line.replaceAll(".* src=(\\S+) .* end=(\\S+).*", "$1 $2"))
        .toList();
  }

  /** The folder of the spool. */
  public Path folder() {
    return SpoolNames.folder(output);
  }

  @Override
  public void close() {
    spool.close();
    arena.close();
  }
}
