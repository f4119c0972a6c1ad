package org.gotm.core.pcapfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.gotm.core.Seed;
import org.gotm.core.pcapfile.Captures.Capture;
import org.gotm.core.pcapfile.RealPackets.Packet;
import org.gotm.core.source.PacketSourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Captures with bytes changed, lost and doubled: however the file comes, it is read to the same
 * place with the same words, and what is before the first change is read as it was.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MutatedFileTest {
  private static final int ROUNDS = Integer.getInteger("gotm.fuzz.rounds", 1500);
  private static final int LONGEST = 20_000;
  private static final int[] EXTREMES = {0, 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 18};
  private static final long SEED = Seed.of(MutatedFileTest.class);

  private final SplittableRandom random = new SplittableRandom(SEED);

  @TempDir Path folder;

  /** What reading gave: packets in words by link type, as each has an order, and how it ended. */
  private record Outcome(Map<Integer, List<String>> packets, String end) {}

  @Test
  void shouldReadTheSameHoweverItComesWhenAFileIsMutated() {
    List<Capture> captures =
        Captures.all().stream().filter(capture -> capture.isPcap() || isPcapng(capture)).toList();
    assertThat(captures).hasSizeGreaterThan(50);
    for (int round = 0; round < ROUNDS; round++) {
      Capture capture = captures.get(random.nextInt(captures.size()));
      byte[] sound = head(capture.bytes());
      byte[] mutated = mutate(sound);
      int first = Math.max(0, Arrays.mismatch(sound, mutated));
      String what = "round %d, %s, first change at %d".formatted(round, capture.name(), first);

      Outcome outcome = read(Opening.MAPPED, capture, mutated);
      assertThat(read(Opening.MEMORY, capture, mutated)).as(what).isEqualTo(outcome);
      assertThat(read(Opening.STREAM, capture, mutated)).as(what).isEqualTo(outcome);
      read(Opening.MEMORY, capture, Arrays.copyOf(sound, first))
          .packets()
          .forEach(
              (linkType, before) ->
                  assertThat(
                          outcome.packets().getOrDefault(linkType, List.of()).stream()
                              .limit(before.size())
                              .toList())
                      .as(what)
                      .isEqualTo(before));
    }
  }

  private static boolean isPcapng(Capture capture) {
    return capture.fileType().equals("pcapng") && capture.name().endsWith(".pcapng");
  }

  private static byte[] head(byte[] file) {
    return Arrays.copyOf(file, Math.min(file.length, LONGEST));
  }

  private byte[] mutate(byte[] sound) {
    byte[] file = sound.clone();
    for (int i = random.nextInt(4); i >= 0 && file.length >= Integer.BYTES; i--) {
      int at = random.nextInt(random.nextInt(4) == 0 ? Math.min(64, file.length) : file.length);
      switch (random.nextInt(5)) {
        case 0 -> file[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> file[at] = (byte) random.nextInt(256);
        case 2 ->
            ByteBuffer.wrap(file)
                .putInt(
                    Math.min(at & ~3, file.length - Integer.BYTES & ~3),
                    EXTREMES[random.nextInt(EXTREMES.length)]);
        case 3 -> file = without(file, at, Math.min(file.length - at, 1 + random.nextInt(40)));
        default -> file = withTwice(file, at, Math.min(file.length - at, 1 + random.nextInt(40)));
      }
    }
    return file;
  }

  private static byte[] without(byte[] file, int at, int length) {
    return ByteBuffer.allocate(file.length - length)
        .put(file, 0, at)
        .put(file, at + length, file.length - at - length)
        .array();
  }

  private static byte[] withTwice(byte[] file, int at, int length) {
    return ByteBuffer.allocate(file.length + length)
        .put(file, 0, at + length)
        .put(file, at, file.length - at)
        .array();
  }

  private Outcome read(Opening how, Capture capture, byte[] file) {
    Map<Integer, List<String>> packets = new HashMap<>();
    PacketSourceException end = null;
    try {
      if (isPcapng(capture)) {
        List<Run> runs = Run.readAll(how.openPcapng(file, folder));
        runs.forEach(run -> addAll(packets, run.linkType(), run.packets()));
        end = runs.getLast().damage();
      } else {
        try (PcapFileSource source = how.open(file, folder)) {
          List<Packet> all = new ArrayList<>();
          end = RealPackets.readAll(source, all);
          addAll(packets, source.linkType(), all);
        }
      }
    } catch (PacketSourceException refused) {
      end = refused;
    }
    String words = end == null ? "end" : end.getMessage().replaceFirst(".*?(file\\.pcap)", "$1");
    return new Outcome(packets, words);
  }

  private static void addAll(Map<Integer, List<String>> to, int linkType, List<Packet> packets) {
    List<String> words = to.computeIfAbsent(linkType, _ -> new ArrayList<>());
    packets.forEach(packet -> words.add(words(packet)));
  }

  private static String words(Packet packet) {
    return "%d of %d at %d: %d"
        .formatted(
            packet.bytes().length,
            packet.wireLength(),
            packet.timestampNanos(),
            Arrays.hashCode(packet.bytes()));
  }
}
