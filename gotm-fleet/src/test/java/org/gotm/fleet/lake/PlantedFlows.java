package org.gotm.fleet.lake;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A day of a network in which somebody has something to find, and others who only look like it: of
 * its sensor {@code north} a beacon, of {@code south} all else.
 */
final class PlantedFlows {
  private static final Instant DAY = Instant.parse("2026-11-27T00:00:00Z");
  private static final int SECONDS_OF_DAY = 86_400;
  private static final int[] PORTS = {443, 80, 22, 8080};

  private final Random random = new Random(7);
  private final List<ByteBuffer> records = new ArrayList<>();
  private long number;

  private PlantedFlows() {}

  /** The records of a sensor. */
  static List<ByteBuffer> of(String sensor) {
    PlantedFlows flows = new PlantedFlows();
    flows.noise();
    if (sensor.equals("north")) {
      flows.beacons();
    } else {
      flows.longConnections();
      flows.scans();
      flows.cut();
      flows.ofAnotherTool();
    }
    return flows.records;
  }

  /** Of 200 hosts with 1000 others, answered, at times of chance; a pair of them often. */
  private void noise() {
    for (int at = 0; at < 20_000; at++) {
      add(flow("10.0.1." + random.nextInt(200), other(random.nextInt(1000)), port()).packets(3, 2));
    }
    for (int at = 0; at < 300; at++) {
      add(flow("10.0.0.50", "203.0.113.50", 443));
    }
  }

  /** Each 300 s, five more or less, all day; and one that stops after a few. */
  private void beacons() {
    for (int second = 10; second < SECONDS_OF_DAY - 10; second += 300) {
      add(flow("10.0.0.66", "203.0.113.66", 443).at(second(second + random.nextInt(11) - 5), 2));
    }
    for (int at = 0; at < 15; at++) {
      add(flow("10.0.0.51", "203.0.113.51", 443).at(second(40_000 + 600 * at), 2));
    }
  }

  /** One from two o'clock to half past seven, and one that is shorter than four hours. */
  private void longConnections() {
    longConnection("10.0.0.77", "203.0.113.77", 22);
    longConnection("10.0.0.78", "203.0.113.78", 15);
  }

  private void longConnection(String source, String destination, int quarters) {
    long same = ++number;
    for (int at = 0; at < quarters; at++) {
      PlantedFlow flow = new PlantedFlow(same, source, 50_000, destination, 22).bytes(1_000_000);
      if (at > 0) {
        flow.continued();
      }
      if (at < quarters - 1) {
        flow.goesOn();
      }
      add(flow.at(second(7200 + 900 * at), 900));
    }
  }

  /** Of 150 hosts without an answer, or with a RST; and of too few to be told of. */
  private void scans() {
    for (int at = 0; at < 300; at++) {
      add(flow("10.0.0.88", other(at % 150), 22 + at / 150).packets(1, at & 1).at(second(at), 0));
    }
    for (int at = 0; at < 100; at++) {
      add(flow("10.0.0.89", other(at), 22).packets(1, 1));
    }
  }

  private void cut() {
    for (int at = 0; at < 10; at++) {
      add(flow("10.0.0.90", "203.0.113.90", 8443).bytes(1_000_000_000).cut(65_536, 40_000));
    }
  }

  private void ofAnotherTool() {
    add(
        new PlantedFlow(++number, "128.232.110.120", 34_855, "66.35.250.204", 80)
            .at(second(25_200), 1));
  }

  private PlantedFlow flow(String source, String destination, int port) {
    return new PlantedFlow(++number, source, 1024 + random.nextInt(60_000), destination, port)
        .at(
            second(random.nextInt(SECONDS_OF_DAY)).plusNanos(random.nextInt(1_000_000_000)),
            random.nextInt(60));
  }

  private int port() {
    return PORTS[random.nextInt(PORTS.length)];
  }

  private static String other(int number) {
    return "198.18.%d.%d".formatted(number / 250, number % 250);
  }

  private static Instant second(int second) {
    return DAY.plusSeconds(second);
  }

  private void add(PlantedFlow flow) {
    records.add(flow.record);
  }
}
