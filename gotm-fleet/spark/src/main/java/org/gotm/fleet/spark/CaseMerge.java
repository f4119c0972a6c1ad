package org.gotm.fleet.spark;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Makes one capture of several, in the order of time. A packet that two queries to one sensor have
 * found, as with a flow and the tunnel that it is in, is there once.
 */
final class CaseMerge {
  private final FetchedPackets fetched;
  private final List<Seen> ofThisTime = new ArrayList<>();
  private long thisTime;
  private long packets;
  private long leftOut;

  private record Seen(PcapInput from, byte[] record) {}

  /** Nothing is merged yet; {@code fetched} counts packets by flow. */
  CaseMerge(FetchedPackets fetched) {
    this.fetched = fetched;
  }

  /** Merges; the order of files decides between packets of the same time. */
  void run(List<PacketFetch.Fetched> answers, Path target) throws IOException {
    List<PcapInput> inputs = new ArrayList<>();
    PriorityQueue<PcapInput> next =
        new PriorityQueue<>(
            Comparator.comparingLong(PcapInput::nanos).thenComparingInt(inputs::indexOf));
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(target), 1 << 16)) {
      for (PacketFetch.Fetched answer : answers) {
        if (answer.file() != null && Files.exists(answer.file())) {
          PcapInput input = new PcapInput(answer.sensor(), answer.file());
          inputs.add(input);
          if (input.next()) {
            next.add(input);
          }
        }
      }
      if (inputs.isEmpty()) {
        return;
      }
      PcapInput first = inputs.getFirst();
      out.write(first.header());
      while (!next.isEmpty()) {
        PcapInput input = next.poll();
        take(input, first.linkType(), out);
        if (input.next()) {
          next.add(input);
        }
      }
    } finally {
      for (PcapInput input : inputs) {
        input.close();
      }
    }
  }

  private void take(PcapInput input, int linkType, OutputStream out) throws IOException {
    if (input.linkType() != linkType) {
      leftOut += fetched.take(input) ? 1 : 0;
      return;
    }
    if (input.nanos() != thisTime) {
      ofThisTime.clear();
      thisTime = input.nanos();
    }
    if (isKnown(input)) {
      return;
    }
    ofThisTime.add(new Seen(input, input.record()));
    if (fetched.take(input)) {
      out.write(input.record());
      packets++;
    }
  }

  private boolean isKnown(PcapInput input) {
    for (Seen seen : ofThisTime) {
      if (seen.from != input
          && seen.from.sensor().equals(input.sensor())
          && Arrays.equals(seen.record, input.record())) {
        return true;
      }
    }
    return false;
  }

  /** Packets in the capture. */
  long packets() {
    return packets;
  }

  /** Packets of another link type than the first one, for which the file has no place. */
  long leftOut() {
    return leftOut;
  }
}
