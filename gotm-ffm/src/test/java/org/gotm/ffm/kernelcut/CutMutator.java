package org.gotm.ffm.kernelcut;

import java.util.Arrays;
import java.util.Random;

/** Makes frames that hardly anybody sends of frames that somebody has sent. */
final class CutMutator {
  private static final int HEADERS = 120;
  private static final int[] TYPES = {0x0800, 0x86dd, 0x8100, 0x88a8, 0x9100};
  private static final int[] PORTS = {4789, 2152, 6081, 3544, 5247, 53, 80};
  private static final int[] OFFSETS = {12, 16, 20, 34, 36, 38, 42, 54, 56, 58};

  private final Random random;

  CutMutator(Random random) {
    this.random = random;
  }

  /** Another frame; the frame itself stays as it is. */
  byte[] mutate(byte[] frame) {
    byte[] mutated = frame.clone();
    for (int n = random.nextInt(4); n > 0; n--) {
      mutated = once(mutated);
    }
    return random.nextInt(4) == 0 ? believable(mutated) : mutated;
  }

  private byte[] once(byte[] frame) {
    return switch (random.nextInt(8)) {
      case 0 -> Arrays.copyOf(frame, random.nextInt(frame.length + 1));
      case 1 -> Arrays.copyOf(frame, Math.min(frame.length, random.nextInt(HEADERS)));
      case 2 -> Arrays.copyOf(frame, Math.min(frame.length + 40, CutRig.LONGEST_FRAME));
      case 3 -> tagged(frame);
      case 4 -> set(frame, OFFSETS[random.nextInt(OFFSETS.length)], any(TYPES, PORTS));
      case 5 -> flipped(frame);
      default -> changed(frame);
    };
  }

  private int any(int[] some, int[] others) {
    return random.nextBoolean()
        ? some[random.nextInt(some.length)]
        : others[random.nextInt(others.length)];
  }

  private byte[] tagged(byte[] frame) {
    if (frame.length < 14 || frame.length + 4 > CutRig.LONGEST_FRAME) {
      return frame;
    }
    byte[] tagged = new byte[frame.length + 4];
    System.arraycopy(frame, 0, tagged, 0, 12);
    System.arraycopy(frame, 12, tagged, 16, frame.length - 12);
    set(tagged, 14, random.nextInt(65536));
    return set(tagged, 12, TYPES[2 + random.nextInt(3)]);
  }

  private static byte[] set(byte[] frame, int offset, int value) {
    if (offset + 2 <= frame.length) {
      frame[offset] = (byte) (value >> 8);
      frame[offset + 1] = (byte) value;
    }
    return frame;
  }

  private byte[] flipped(byte[] frame) {
    if (frame.length > 0) {
      frame[random.nextInt(Math.min(frame.length, HEADERS))] ^= (byte) (1 << random.nextInt(8));
    }
    return frame;
  }

  private byte[] changed(byte[] frame) {
    if (frame.length > 0) {
      frame[random.nextInt(Math.min(frame.length, HEADERS))] = (byte) random.nextInt();
    }
    return frame;
  }

  /** Has IP say how long the packet is, or a little less. */
  private byte[] believable(byte[] frame) {
    int at = 12;
    while (at + 6 < frame.length && isTag(frame, at)) {
      at += 4;
    }
    if (at + 2 > frame.length) {
      return frame;
    }
    int less = random.nextBoolean() ? 0 : random.nextInt(30);
    boolean isIpv4 = frame[at] == 8;
    int length = frame.length - at - 2 - less;
    return isIpv4 ? set(frame, at + 4, length) : set(frame, at + 6, length - 40);
  }

  private static boolean isTag(byte[] frame, int at) {
    return frame[at] == (byte) 0x81 || frame[at] == (byte) 0x88 || frame[at] == (byte) 0x91;
  }
}
