package org.gotm.core.packet;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Makes broken packets of good ones: damaged, spliced, with layers repeated or left out. */
final class PacketMutator {
  private static final int HEADERS = 100;
  private static final int[] WORDS = {
    0, 1, 4, 6, 0x11, 0x2c, 0x2f, 0x33, 0x3a, 0xff, 0x2000, 0x2001, 0x1fff, 0x4500, 0x6000, 0x7fff,
    0xffff, 0x0800, 0x0806, 0x86dd, 0x8100, 0x8847, 0x8864, 0x88be, 0x88e7, 0x8909, 0x6558, 4789,
    2152, 6081, 3544, 5247
  };

  private final SplittableRandom random;
  private final List<byte[]> packets;
  private final int longest;

  /**
   * Takes what it splices from some packets.
   *
   * @param longest bytes of the longest packet it makes
   */
  PacketMutator(SplittableRandom random, List<byte[]> packets, int longest) {
    this.random = random;
    this.packets = packets;
    this.longest = longest;
  }

  /** A packet with up to six changes. */
  byte[] mutate(byte[] packet) {
    byte[] changed = packet.clone();
    for (int i = random.nextInt(7); i > 0 && changed.length > 2; i--) {
      changed = change(changed);
    }
    return changed.length > longest ? Arrays.copyOf(changed, longest) : changed;
  }

  private byte[] change(byte[] packet) {
    int at = at(packet);
    switch (random.nextInt(8)) {
      case 0 -> packet[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> packet[at] = (byte) random.nextInt(256);
      case 2 -> packet[at] = (byte) WORDS[random.nextInt(WORDS.length)];
      case 3, 4 -> setWord(packet, at, WORDS[random.nextInt(WORDS.length)]);
      case 5 -> setWord(packet, at, random.nextInt(packet.length + 1));
      case 6 -> {
        byte[] other = packets.get(random.nextInt(packets.size()));
        return join(packet, at, other, other.length == 0 ? 0 : at(other));
      }
      default -> {
        return join(packet, at, packet, at(packet)); // a piece is there twice, or not at all
      }
    }
    return packet;
  }

  /** Somewhere in a packet, most often where headers are. */
  private int at(byte[] packet) {
    return random.nextInt(
        random.nextInt(4) == 0 ? packet.length : Math.min(HEADERS, packet.length));
  }

  private static void setWord(byte[] packet, int at, int value) {
    int word = Math.min(at, packet.length - 2);
    packet[word] = (byte) (value >> 8);
    packet[word + 1] = (byte) value;
  }

  /** The beginning of one packet, then the rest of another. */
  private static byte[] join(byte[] packet, int end, byte[] other, int from) {
    byte[] joined = Arrays.copyOf(packet, end + other.length - from);
    System.arraycopy(other, from, joined, end, other.length - from);
    return joined;
  }
}
