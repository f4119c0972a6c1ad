package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.gotm.core.Seed;
import org.gotm.core.pcapfile.RealPackets;
import org.gotm.core.pcapfile.Tcpdump;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Broken packets of every kind, each cut at every length before memory that may not be read. What
 * is left of a packet must tell the flow that the whole tells, or none: only so does a snaplen
 * never put packets into a flow that is not theirs.
 *
 * <p>Goes on for {@code -Dgotm.fuzz.seconds=} in all, if it is not said for 10 s, in CI for 60.
 */
class PacketDecoderMutationTest {
  private static final long SECONDS =
      Long.getLong("gotm.fuzz.seconds", System.getenv("CI") == null ? 10 : 60);
  private static final int RUNS = 2;
  private static final int LONGEST = 300;
  private static final int PACKETS_OF_A_CAPTURE = 60;
  private static final int[] LINK_TYPES = {
    LinkType.NULL,
    LinkType.ETHERNET,
    LinkType.RAW,
    LinkType.LOOP,
    LinkType.LINUX_SLL,
    LinkType.IPV4,
    LinkType.IPV6,
    LinkType.LINUX_SLL2
  };
  private static final FlowKeyOptions ALL_SEPARATORS =
      FlowKeyOptions.defaults().withSeparators(Set.of(Separator.values()));
  private static final long SEED = Seed.of(PacketDecoderMutationTest.class);

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final FlowKeys keys = new FlowKeys(1, 42);
  private final PacketBatch batch = new PacketBatch(1);
  private final List<byte[]> packets = new ArrayList<>();
  private final List<Integer> linkTypes = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldTellFlowOfWholeOrNoneWhenCut(boolean separating) {
    addCaptures();
    addTunnels();
    FlowKeyOptions options = separating ? ALL_SEPARATORS : FlowKeyOptions.defaults();
    PacketDecoder decoder = new PacketDecoder(LinkType.ETHERNET, options, keys);
    PacketMutator mutator = new PacketMutator(random, packets, LONGEST);
    long end = System.nanoTime() + SECONDS * 1_000_000_000L / RUNS;
    long rounds = 0;
    try (GuardedMemory memory = new GuardedMemory(LONGEST)) {
      for (; System.nanoTime() - end < 0; rounds++) {
        int chosen = random.nextInt(packets.size());
        int linkType = linkTypes.get(chosen);
        if (random.nextInt(8) == 0) {
          linkType = LINK_TYPES[random.nextInt(LINK_TYPES.length)];
        }
        decoder.begin(linkType);
        check(decoder, memory, linkType, mutator.mutate(packets.get(chosen)));
      }
    }

    assertThat(rounds).isGreaterThan(100);
  }

  private void addCaptures() {
    Tcpdump.require();
    for (RealPackets capture : RealPackets.all()) {
      for (RealPackets.Packet packet :
          capture.packets().stream().limit(PACKETS_OF_A_CAPTURE).toList()) {
        add(packet.bytes(), capture.linkType());
      }
    }
  }

  private void addTunnels() {
    String a = "10.0.0.1";
    String b = "10.0.0.2";
    byte[] quoted = PacketBuilder.packet().ipv4(a, b).udp(1053, 53).payload(9).build();
    for (TunnelFrames.Form form : TunnelFrames.all()) {
      add(form.frame().ipv4(a, b).tcp(1234, 80, PacketBuilder.SYN).payload(20).build());
      add(form.frame().ipv4(a, b).ipv4Fragment(7, 0, true).udp(1053, 53).payload(24).build());
      add(form.frame().ipv4(a, b).ipv4Fragment(7, 4, false).protocol(17).payload(24).build());
      add(form.frame().ipv4("10.0.0.3", a).icmp(3, 0).bytes(quoted).build());
      add(form.frame().ipv4(a, b).authentication(4).protocol(50).payload(20).build());
    }
  }

  private void add(byte[] packet) {
    add(packet, LinkType.ETHERNET);
  }

  private void add(byte[] packet, int linkType) {
    packets.add(Arrays.copyOf(packet, Math.min(packet.length, LONGEST)));
    linkTypes.add(linkType);
  }

  private void check(PacketDecoder decoder, GuardedMemory memory, int linkType, byte[] packet) {
    int length = packet.length;
    int wireLength = random.nextInt(4) == 0 ? length + random.nextInt(1500) : length;
    long nanos = random.nextLong(60) * 1_000_000_000L;
    for (int caplen = length; caplen >= 0; caplen--) {
      DecodedKey whole = decode(decoder, memory, packet, length, wireLength, nanos);
      DecodedKey cut = decode(decoder, memory, packet, caplen, wireLength, nanos);
      if (cut.isDecoded() && !cut.equals(whole)) {
        fail(
            "gotm.test.seed=%d linkType=%d caplen=%d wireLength=%d: %s, not %s: packet=%s"
                .formatted(
                    SEED,
                    linkType,
                    caplen,
                    wireLength,
                    cut,
                    whole,
                    HexFormat.of().formatHex(packet)));
      }
    }
  }

  private DecodedKey decode(
      PacketDecoder decoder,
      GuardedMemory memory,
      byte[] packet,
      int caplen,
      int wireLength,
      long nanos) {
    batch.clear(memory.segment());
    batch.add(memory.putAtEnd(packet, caplen), caplen, wireLength, nanos, 0);
    decoder.decode(batch);
    int payload = keys.payloadLength(0);
    if (payload < 0 || payload > wireLength) {
      fail("gotm.test.seed=%d payloadLength=%d of %d".formatted(SEED, payload, wireLength));
    }
    return DecodedKey.of(keys, 0);
  }
}
