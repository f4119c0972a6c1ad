package org.gotm.ffm.fanout;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.LinkType;
import org.gotm.core.packet.PacketDecoder;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.source.PacketBatch;
import org.gotm.ffm.ebpf.BpfProgram;
import org.gotm.ffm.linux.CaptureMode;

/**
 * Compares the fanout program with the decoder: what the program answers for a frame must be a hash
 * of the key that the decoder makes of it, and of nothing else. The hash is worked out here again,
 * from the key.
 */
final class FanoutJudge implements AutoCloseable {
  private static final int LONGEST_FRAME = 3712; // that the kernel tries a program on
  private static final long M1 = 0x9e3779b97f4a7c15L;
  private static final long M2 = 0x9e3779b185ebca87L;

  private final Arena arena = Arena.ofConfined();
  private final FlowKeys keys = new FlowKeys(1, 1);
  private final PacketDecoder decoder;
  private final BpfProgram program;
  private final PacketBatch batch = new PacketBatch(1);

  FanoutJudge(TunnelOptions options) {
    decoder =
        new PacketDecoder(LinkType.ETHERNET, FlowKeyOptions.defaults().withTunnels(options), keys);
    program = FanoutProgram.load(CaptureMode.ETHERNET, options);
    batch.segment = arena.allocate(LONGEST_FRAME);
  }

  /** What the kernel can be given of a frame; too short a frame of IP gets a VLAN tag. */
  static byte[] runnable(byte[] frame) {
    byte[] start = Arrays.copyOf(frame, Math.min(frame.length, LONGEST_FRAME - 4));
    int type = (start[12] & 0xff) << 8 | start[13] & 0xff;
    boolean tooShort = type == 0x0800 && start.length < 34 || type == 0x86dd && start.length < 54;
    return tooShort ? tagged(start) : start;
  }

  private static byte[] tagged(byte[] frame) {
    byte[] tagged = new byte[frame.length + 4];
    System.arraycopy(frame, 0, tagged, 0, 12);
    tagged[12] = (byte) 0x81;
    System.arraycopy(frame, 12, tagged, 16, frame.length - 12);
    return tagged;
  }

  /** The flow that the decoder finds in a frame, or null if it finds none. */
  FlowKey flow(byte[] frame) {
    MemorySegment.copy(frame, 0, batch.segment, JAVA_BYTE, 0, frame.length);
    batch.clear(batch.segment);
    batch.add(0, frame.length, frame.length, 0, 0);
    decoder.decode(batch);
    return keys.meta(0) == 0 ? null : keys.key(0);
  }

  /** What the program answers. */
  int answer(byte[] frame) {
    return program.run(frame);
  }

  /** What it is to answer for a frame of this flow. */
  static int expected(FlowKey key) {
    return switch (key.family()) {
      case FlowKeys.FAMILY_ARP -> 1;
      case FlowKeys.FAMILY_MAC -> sum(key.address0(), key.address1());
      case FlowKeys.FAMILY_IPV4 ->
          sum(
              key.address0() >>> 32 << 16 ^ port(key, 48),
              (key.address0() & 0xffff_ffffL) << 16 ^ port(key, 32));
      default ->
          sum(
              fold(key.address0(), key.address1()) ^ port(key, 48),
              fold(key.address2(), key.address3()) ^ port(key, 32));
    };
  }

  private static long port(FlowKey key, int shift) {
    int protocol = (int) (key.meta() >>> 8) & 0xff;
    boolean hasPorts = protocol == 6 || protocol == 17 || protocol == 132;
    return hasPorts ? key.meta() >>> shift & 0xffff : 0;
  }

  private static long fold(long first, long second) {
    return (first * M1 ^ second) * M1;
  }

  private static int sum(long one, long other) {
    return (int) ((mix(one) + mix(other)) * M1 >>> 33);
  }

  private static long mix(long end) {
    long word = end * M1;
    return (word ^ word >>> 32) * M2;
  }

  @Override
  public void close() {
    program.close();
    arena.close();
  }
}
