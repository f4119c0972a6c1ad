package org.gotm.ffm.snf;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.CRC32;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.core.source.SourceStats;

/**
 * Receives from interfaces of SNF, by the environment of its process and with the defaults of the
 * options, and says what came. Arguments: the number of packets to wait for on each, then the
 * interfaces.
 */
final class SnfReceiveProgram {
  private SnfReceiveProgram() {}

  public static void main(String[] arguments) throws InterruptedException {
    try {
      long packets = Long.parseLong(arguments[0]);
      for (SnfInterface each : SnfInterfaces.list()) {
        System.out.println(each);
      }
      for (int i = 1; i < arguments.length; i++) {
        receive(arguments[i], packets);
      }
    } catch (PacketSourceException e) {
      System.out.println(e.getMessage());
      System.exit(1);
    }
  }

  private static void receive(String name, long expected) throws InterruptedException {
    LongAdder packets = new LongAdder();
    LongAdder digest = new LongAdder();
    LongAdder received = new LongAdder();
    List<SnfSource> sources = SnfSource.openRings(SnfOptions.of(name));
    List<Thread> threads =
        sources.stream()
            .map(source -> Thread.ofPlatform().start(() -> run(source, expected, packets, digest)))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }
    boolean lendsMany = sources.stream().anyMatch(SnfSource::lendsMany);
    SnfTimeSource timeSource = sources.getFirst().timeSource();
    for (SnfSource source : sources) {
      SourceStats stats = new SourceStats();
      source.readStats(stats);
      received.add(stats.received - stats.dropped);
      source.close();
    }
    System.out.printf(
        "%s rings=%d packets=%d received=%d digest=%x lendsMany=%b timeSource=%s%n",
        name, sources.size(), packets.sum(), received.sum(), digest.sum(), lendsMany, timeSource);
  }

  private static void run(PacketSource source, long expected, LongAdder packets, LongAdder digest) {
    CRC32 crc = new CRC32();
    BatchHandler handler =
        batch -> {
          for (int i = 0; i < batch.count(); i++) {
            crc.reset();
            crc.update(batch.segment.asSlice(batch.offsets[i], batch.caplens[i]).asByteBuffer());
            digest.add(crc.getValue());
          }
          packets.add(batch.count());
        };
    while (packets.sum() < expected) {
      source.poll(handler);
    }
    source.stop();
    int polled;
    do {
      polled = source.poll(handler);
    } while (polled != PacketSource.END);
  }
}
