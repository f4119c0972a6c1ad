package org.gotm.core.packet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.fail;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.gotm.core.Seed;
import org.gotm.core.pcapfile.RealPackets;
import org.gotm.core.pcapfile.Tcpdump;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Broken and made-up packets, at the end of memory that may not be read beyond. */
class PacketDecoderFuzzTest {
  private static final int ROUNDS = 150_000;
  private static final int LONGEST = 256;
  private static final int[] LINK_TYPES = {
    LinkType.NULL,
    LinkType.ETHERNET,
    LinkType.RAW,
    LinkType.LOOP,
    LinkType.LINUX_SLL,
    LinkType.IPV4,
    LinkType.IPV6,
    LinkType.LINUX_SLL2,
    105
  };

  private static final int[] TUNNEL_PORTS = {4789, 4790, 8472, 6081, 2152, 3544, 5247};
  private static final int[] GRE_TYPES = {
    0x0800, 0x86dd, 0x6558, 0x88be, 0x22eb, 0x883e, 0x8847, 0x8100
  };

  private static final long SEED = Seed.of(PacketDecoderFuzzTest.class);

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final List<PacketDecoder> decoders =
      List.of(decoder(Set.of()), decoder(EnumSet.allOf(Separator.class)));
  private final PacketBatch batch = new PacketBatch(1);
  private final MemorySegment surroundings = Arena.ofAuto().allocate(3 * LONGEST).fill((byte) 0x5a);

  @Test
  void shouldDecodeOrNotWhenRealPacketsAreBroken() {
    Tcpdump.require();
    List<byte[]> packets =
        RealPackets.all().stream()
            .flatMap(capture -> capture.packets().stream().limit(50))
            .map(packet -> Arrays.copyOf(packet.bytes(), Math.min(packet.bytes().length, LONGEST)))
            .collect(Collectors.toCollection(ArrayList::new));
    for (TunnelFrames.Form form : TunnelFrames.all()) {
      packets.add(form.frame().ipv4("10.0.0.1", "10.0.0.2").tcp(1, 2, 2).payload(9).build());
    }
    try (GuardedMemory memory = new GuardedMemory(LONGEST)) {
      for (int round = 0; round < ROUNDS; round++) {
        byte[] packet = packets.get(random.nextInt(packets.size())).clone();
        damage(packet);
        check(memory, LINK_TYPES[random.nextInt(LINK_TYPES.length)], packet);
        check(memory, LinkType.ETHERNET, packet);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 101, 108, 113, 228, 229, 276})
  void shouldDecodeOrNotWhenBytesAreRandom(int linkType) {
    try (GuardedMemory memory = new GuardedMemory(LONGEST)) {
      for (int round = 0; round < ROUNDS / 10; round++) {
        byte[] packet = new byte[random.nextInt(LONGEST)];
        random.nextBytes(packet);
        steerIntoIp(packet, linkType);
        check(memory, linkType, packet);
      }
    }
  }

  /** Flips, sets and repeats bytes, most of them where headers are. */
  private void damage(byte[] packet) {
    for (int i = random.nextInt(6); i >= 0 && packet.length > 0; i--) {
      int at = random.nextInt(random.nextBoolean() ? Math.min(64, packet.length) : packet.length);
      switch (random.nextInt(4)) {
        case 0 -> packet[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> packet[at] = (byte) random.nextInt(256);
        case 2 -> packet[at] = (byte) (random.nextBoolean() ? 0xff : 0);
        default -> packet[at] = packet[random.nextInt(packet.length)];
      }
    }
  }

  /** Random bytes seldom look like IP, so most of them are made to. */
  private void steerIntoIp(byte[] packet, int linkType) {
    int ip =
        switch (linkType) {
          case LinkType.ETHERNET -> 14;
          case LinkType.LINUX_SLL -> 16;
          case LinkType.LINUX_SLL2 -> 20;
          case LinkType.NULL, LinkType.LOOP -> 4;
          default -> 0;
        };
    if (packet.length < ip + 8) {
      return;
    }
    boolean six = random.nextBoolean();
    int typeAt = linkType == LinkType.LINUX_SLL2 ? 0 : Math.max(ip - 2, 0);
    packet[typeAt] = (byte) (six ? 0x86 : 0x08);
    packet[typeAt + 1] = (byte) (six ? 0xdd : 0x00);
    packet[ip] = (byte) (six ? 0x60 : 0x45);
    int[] protocols = {0, 1, 6, 17, 43, 44, 51, 58, 60, 132, 135, 4, 41, 47};
    int protocol = protocols[random.nextInt(protocols.length)];
    packet[ip + 6] = (byte) (six ? protocol : 0);
    int above = ip + (six ? 40 : 20);
    if (packet.length >= above + 4) {
      packet[ip + 9] = six ? packet[ip + 9] : (byte) protocol;
      steerIntoTunnel(packet, above, protocol);
    }
  }

  private void steerIntoTunnel(byte[] packet, int at, int protocol) {
    if (protocol == 17) {
      int port = TUNNEL_PORTS[random.nextInt(TUNNEL_PORTS.length)];
      packet[at + 2] = (byte) (port >>> 8);
      packet[at + 3] = (byte) port;
    } else if (protocol == 47) {
      int type = GRE_TYPES[random.nextInt(GRE_TYPES.length)];
      packet[at + 1] &= (byte) 0xf8;
      packet[at + 2] = (byte) (type >>> 8);
      packet[at + 3] = (byte) type;
    }
  }

  private void check(GuardedMemory memory, int linkType, byte[] packet) {
    PacketDecoder decoder = decoders.get(random.nextInt(decoders.size()));
    FlowKeys keys = decoder.keys();
    decoder.begin(linkType);
    int caplen = packet.length == 0 ? 0 : random.nextInt(packet.length) + 1;
    int wireLength = wireLength(caplen);
    try {
      decode(decoder, memory.segment(), memory.putAtEnd(packet, caplen), caplen, wireLength);
      DecodedKey key = DecodedKey.of(keys, 0);
      int payload = keys.payloadLength(0);
      if (payload < 0 || payload > wireLength) {
        fail("payloadLength=" + payload);
      }
      MemorySegment.copy(packet, 0, surroundings, JAVA_BYTE, LONGEST, caplen);
      decode(decoder, surroundings, LONGEST, caplen, wireLength);
      surroundings.asSlice(LONGEST, caplen).fill((byte) 0x5a);
      if (!DecodedKey.of(keys, 0).equals(key) || keys.payloadLength(0) != payload) {
        fail("what surrounds a packet makes a difference");
      }
    } catch (Throwable e) {
      throw new AssertionError(
          "gotm.test.seed=%d linkType=%d caplen=%d wireLength=%d packet=%s"
              .formatted(SEED, linkType, caplen, wireLength, HexFormat.of().formatHex(packet)),
          e);
    }
  }

  private int wireLength(int caplen) {
    return switch (random.nextInt(8)) {
      case 0 -> 0;
      case 1 -> Integer.MAX_VALUE;
      case 2 -> random.nextInt(caplen + 1);
      default -> caplen + random.nextInt(2000);
    };
  }

  private void decode(
      PacketDecoder decoder, MemorySegment segment, long offset, int caplen, int wireLength) {
    batch.clear(segment);
    batch.add(offset, caplen, wireLength, 0, 0);
    decoder.decode(batch);
  }

  private static PacketDecoder decoder(Set<Separator> separators) {
    FlowKeyOptions options = FlowKeyOptions.defaults().withSeparators(separators);
    return new PacketDecoder(LinkType.RAW, options, new FlowKeys(1, 42));
  }
}
