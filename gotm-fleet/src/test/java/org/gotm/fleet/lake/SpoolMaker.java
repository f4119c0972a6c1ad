package org.gotm.fleet.lake;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;

/**
 * Makes spool files of a busy link, to measure with: {@code SpoolMaker FOLDER FIRST_HOUR HOURS
 * FLOWS_PER_SECOND SEED}. Flows of 20,000 hosts to 200,000 servers, by a power law; half of them
 * last less than a second, some the 15 minutes that a record does; in the order of their ends.
 */
final class SpoolMaker {
  private static final long NANOS = 1_000_000_000L;
  private static final int[] PORTS = {443, 443, 443, 53, 53, 80, 22, 123, 8080, 445};

  private final Random random;
  private final ByteBuffer record =
      ByteBuffer.allocate(TestFlow.RECORD).order(ByteOrder.LITTLE_ENDIAN);
  private long number = 1;

  private SpoolMaker(long seed) {
    random = new Random(seed);
  }

  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[0]));
    Instant hour = Instant.parse(args[1]);
    SpoolMaker maker = new SpoolMaker(Long.parseLong(args[4]));
    for (int at = 0; at < Integer.parseInt(args[2]); at++) {
      String name = hour.plusSeconds(3600L * at).toString().replace(":", "-");
      try (OutputStream out =
          new BufferedOutputStream(
              Files.newOutputStream(folder.resolve(name + ".flows")), 1 << 20)) {
        out.write(TestSpool.header());
        maker.write(out, hour.getEpochSecond() + 3600L * at, Integer.parseInt(args[3]));
      }
    }
  }

  private void write(OutputStream out, long firstSecond, int flowsPerSecond) throws IOException {
    for (int second = 0; second < 3600; second++) {
      for (int flow = 0; flow < flowsPerSecond; flow++) {
        long end =
            (firstSecond + second) * NANOS + flow * NANOS / flowsPerSecond + random.nextInt(100);
        out.write(flow(end).array());
      }
    }
  }

  private ByteBuffer flow(long end) {
    double kind = random.nextDouble();
    long lasted =
        kind < 0.5
            ? random.nextLong(NANOS)
            : kind < 0.99 ? (long) (-Math.log(random.nextDouble()) * 20 * NANOS) : 900 * NANOS;
    boolean isUdp = random.nextInt(3) == 0;
    int port = isUdp ? 53 : PORTS[random.nextInt(PORTS.length)];
    long packets = 2 + (long) Math.exp(random.nextGaussian() * 1.5 + 1.5);
    long payload = packets * (60 + random.nextInt(900));
    boolean isCut = payload > 65536;
    record.clear();
    record.putLong(end - Math.min(lasted, 900 * NANOS)).putLong(end);
    record.putLong(isCut ? end - lasted / 2 : 0).putLong(isCut ? 65536 : 0);
    long ports = (long) (1024 + random.nextInt(64000)) << 48 | (long) port << 32;
    record.putLong(ports | (isUdp ? 17 : 6) << 8 | 4);
    long client = 0x0a000000L + power(20_000);
    long server = 0xc0000000L + power(200_000) * 7919L;
    record.putLong(client << 32 | server).putLong(0).putLong(0).putLong(0);
    counters(packets / 2 + 1, payload / 5, isCut);
    counters(packets / 2, payload, isCut);
    record.putLong((0x020000000000L + client % 500) << 16 | (isUdp ? 0 : 0x1b));
    record.putLong(0x0200000000ffL << 16 | (isUdp ? 0 : 0x1b));
    record.putShort((short) (100 + client % 8)).putShort((short) 0).putInt(0);
    record.put((byte) 0).put((byte) 0).put((byte) (isUdp ? 1 : 3)).put((byte) (isCut ? 8 : 0));
    return record.putShort((short) 0).putShort((short) 1).putLong(number++);
  }

  private void counters(long packets, long payload, boolean isCut) {
    long kept = isCut ? packets / 3 + 1 : packets;
    long keptBytes = isCut ? payload / 3 : payload;
    record.putLong(packets).putLong(kept);
    record.putLong(payload + 54 * packets).putLong(keptBytes + 54 * kept).putLong(payload);
  }

  private long power(int count) {
    return (long) (count * Math.pow(random.nextDouble(), 3));
  }
}
