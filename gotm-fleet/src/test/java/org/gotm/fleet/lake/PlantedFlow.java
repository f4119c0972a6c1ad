package org.gotm.fleet.lake;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;

/**
 * A record as a test wants it, by the drawing in FlowRecordLayout: a TCP connection over IPv4 that
 * was answered, closed, and kept whole, if nothing else is said.
 */
final class PlantedFlow {
  private static final int IS_CUT = 8;
  private static final int CONTINUES = 1;
  private static final int ACTIVE_TIMEOUT = 2;
  private static final int END_SEEN = 3;

  final ByteBuffer record = ByteBuffer.allocate(TestFlow.RECORD).order(ByteOrder.LITTLE_ENDIAN);

  PlantedFlow(long number, String source, int sourcePort, String destination, int port) {
    record.putLong(32, (long) sourcePort << 48 | (long) port << 32 | 6 << 8 | 4);
    record.putLong(40, address(source) << 32 | address(destination));
    record.put(178, (byte) END_SEEN).putShort(182, (short) 1).putLong(184, number);
    packets(4, 4).bytes(1000);
  }

  private static long address(String text) {
    long address = 0;
    for (String part : text.split("\\.")) {
      address = address << 8 | Integer.parseInt(part);
    }
    return address;
  }

  PlantedFlow at(Instant start, int seconds) {
    record.putLong(0, nanos(start)).putLong(8, nanos(start.plusSeconds(seconds)));
    return this;
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }

  PlantedFlow packets(long ofSource, long ofDestination) {
    record.putLong(72, ofSource).putLong(80, ofSource);
    record.putLong(112, ofDestination).putLong(120, ofDestination);
    return this;
  }

  /** Those of either end. */
  PlantedFlow bytes(long bytes) {
    record.putLong(88, bytes).putLong(96, bytes).putLong(128, bytes).putLong(136, bytes);
    return this;
  }

  /** Of either end, so many bytes were kept. */
  PlantedFlow cut(long offset, long kept) {
    record.putLong(16, record.getLong(8)).putLong(24, offset).putLong(96, kept);
    record.putLong(136, kept).put(179, (byte) (record.get(179) | IS_CUT));
    return this;
  }

  /** It goes on, and another record follows. */
  PlantedFlow goesOn() {
    record.put(178, (byte) ACTIVE_TIMEOUT);
    return this;
  }

  /** Another record came before. */
  PlantedFlow continued() {
    record.put(179, (byte) (record.get(179) | CONTINUES));
    return this;
  }
}
