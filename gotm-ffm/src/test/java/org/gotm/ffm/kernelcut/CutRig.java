package org.gotm.ffm.kernelcut;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.PacketDecoder;
import org.gotm.core.source.PacketBatch;
import org.gotm.ffm.ebpf.BpfMap;
import org.gotm.ffm.ebpf.BpfProgram;
import org.gotm.ffm.linux.CaptureMode;

/**
 * The cut program run on frames, with its maps, and the decoder that says which key a frame has.
 */
final class CutRig implements AutoCloseable {
  /** What the program answers for a packet that is not cut. */
  static final int PASS = 0x4_0000;

  /** What it answers for one that is. */
  static final int CUT = 0;

  static final long TIMEOUT_NANOS = TimeUnit.HOURS.toNanos(1);

  /** Longest frame that the kernel tries a program on. */
  static final int LONGEST_FRAME = 3712 - 14;

  private final Arena arena = Arena.ofConfined();
  private final CutMaps maps;
  private final BpfProgram program;
  private final boolean hasLink;
  private final FlowKeys keys = new FlowKeys(1, 1);
  private final PacketDecoder decoder;
  private final PacketBatch batch = new PacketBatch(1);
  private final MemorySegment key = arena.allocate(CutMaps.IPV6_KEY_BYTES, Long.BYTES);
  private final MemorySegment index = arena.allocate(JAVA_INT);

  CutRig(CutOptions options, FlowKeyOptions keyOptions, int capacity) {
    maps = new CutMaps(capacity);
    program = CutProgram.load(options, maps);
    hasLink = options.mode().equals(CaptureMode.ETHERNET);
    decoder = new PacketDecoder(CaptureMode.ETHERNET.linkType(), keyOptions, keys);
    batch.segment = arena.allocate(LONGEST_FRAME);
  }

  /** Drops packets of Ethernet by these options. */
  static CutRig of(FlowKeyOptions keyOptions, int capacity) {
    return new CutRig(options(keyOptions), keyOptions, capacity);
  }

  static CutOptions options(FlowKeyOptions keyOptions) {
    return CutOptions.of(CaptureMode.ETHERNET, keyOptions, TIMEOUT_NANOS, FrontFilter.all(PASS));
  }

  CutMaps maps() {
    return maps;
  }

  /** The program, to attach. */
  int programFd() {
    return program.fd();
  }

  /** What the decoder found in the frame decoded last. */
  FlowKeys keys() {
    return keys;
  }

  /** The flow that the decoder finds in a frame, or null if it finds none. */
  FlowKey flow(byte[] frame) {
    MemorySegment.copy(frame, 0, batch.segment, JAVA_BYTE, 0, frame.length);
    batch.clear(batch.segment);
    batch.add(0, frame.length, frame.length, 0, 0);
    decoder.decode(batch);
    return keys.meta(0) == 0 ? null : keys.key(0);
  }

  /** The flow of a frame is cut from now on. */
  void arm(byte[] frame, int entry) {
    arm(flow(frame), entry);
  }

  /** A flow is cut from now on. */
  void arm(FlowKey flow, int entry) {
    reset(entry);
    insert(flow, entry);
  }

  /** A flow is said to have this entry. */
  void insert(FlowKey flow, int entry) {
    index.set(JAVA_INT, 0, entry);
    if (!mapOf(flow).update(key, index, BpfMap.NO_EXIST)) {
      throw new IllegalStateException(flow + " is in, or the map is full");
    }
    maps.sieve()
        .add(flow.meta(), flow.address0(), flow.address1(), flow.address2(), flow.address3());
  }

  /** A flow is not cut any more. */
  void disarm(FlowKey flow) {
    if (mapOf(flow).delete(key)) {
      forget(flow);
    }
  }

  /** A flow is let go by the sieve alone. */
  void forget(FlowKey flow) {
    maps.sieve()
        .remove(flow.meta(), flow.address0(), flow.address1(), flow.address2(), flow.address3());
  }

  private BpfMap mapOf(FlowKey flow) {
    key.setAtIndex(JAVA_LONG, 0, flow.meta());
    key.setAtIndex(JAVA_LONG, 1, flow.address0());
    key.setAtIndex(JAVA_LONG, 2, flow.address1());
    key.setAtIndex(JAVA_LONG, 3, flow.address2());
    key.setAtIndex(JAVA_LONG, 4, flow.address3());
    return flow.family() == FlowKeys.FAMILY_IPV6 ? maps.ipv6() : maps.ipv4();
  }

  /** Nothing was cut of the flow with this entry, which spoke right now. */
  void reset(int entry) {
    for (int offset = 0; offset < CutEntryLayout.LENGTH; offset += Long.BYTES) {
      set(entry, offset, 0);
    }
    set(entry, CutEntryLayout.LAST, System.nanoTime());
  }

  void set(int entry, int offset, long word) {
    maps.entries().set(JAVA_LONG, (long) entry * CutEntryLayout.LENGTH + offset, word);
  }

  long get(int entry, int offset) {
    return maps.entries().get(JAVA_LONG, (long) entry * CutEntryLayout.LENGTH + offset);
  }

  boolean isDead(int entry) {
    return get(entry, CutEntryLayout.DEAD) != 0;
  }

  long packets(int entry) {
    return packets(entry, 0) + packets(entry, 1);
  }

  long packets(int entry, int end) {
    return get(entry, CutEntryLayout.PACKETS + end * CutEntryLayout.END_LENGTH);
  }

  long payload(int entry) {
    return payload(entry, 0) + payload(entry, 1);
  }

  long payload(int entry, int end) {
    return get(entry, CutEntryLayout.PAYLOAD + end * CutEntryLayout.END_LENGTH);
  }

  /**
   * What the program answers. Of a frame, the kernel shows a program that it tries out what is
   * behind the link header only; so there is another one before it.
   */
  int run(byte[] frame) {
    if (!hasLink) {
      return program.run(frame);
    }
    byte[] behind = new byte[14 + frame.length];
    behind[12] = (byte) 0x88;
    behind[13] = (byte) 0xb5;
    System.arraycopy(frame, 0, behind, 14, frame.length);
    return program.run(behind);
  }

  @Override
  public void close() {
    program.close();
    maps.close();
    arena.close();
  }
}
