package org.gotm.ffm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;

/** Keeps a copy of every packet, as it would stand in a file: with its VLAN tag in place. */
public final class ReceivedPackets implements BatchHandler {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final int MAC_ADDRESSES_LENGTH = 12;

  private final List<byte[]> frames = new ArrayList<>();
  private final List<Integer> wireLengths = new ArrayList<>();
  private final List<Long> timestampsNanos = new ArrayList<>();

  /** Nothing received yet. */
  public ReceivedPackets() {}

  @Override
  public void onBatch(PacketBatch batch) {
    for (int i = 0; i < batch.count(); i++) {
      byte[] bytes = batch.segment.asSlice(batch.offsets[i], batch.caplens[i]).toArray(JAVA_BYTE);
      boolean hasTag = batch.vlanTags[i] != 0;
      frames.add(hasTag ? withTag(bytes, batch.vlanTags[i]) : bytes);
      wireLengths.add(batch.wireLengths[i] + (hasTag ? Integer.BYTES : 0));
      timestampsNanos.add(batch.timestampsNanos[i]);
    }
  }

  private static byte[] withTag(byte[] bytes, int tag) {
    return ByteBuffer.allocate(bytes.length + Integer.BYTES)
        .put(bytes, 0, MAC_ADDRESSES_LENGTH)
        .putInt(tag)
        .put(bytes, MAC_ADDRESSES_LENGTH, bytes.length - MAC_ADDRESSES_LENGTH)
        .array();
  }

  /** Polls until so many packets are there; fails if they do not come. */
  public ReceivedPackets await(PacketSource source, int count) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (frames.size() < count) {
      assertThat(source.poll(this))
          .as("a poll after %d of %d packets", frames.size(), count)
          .isNotEqualTo(PacketSource.END);
      assertThat(System.nanoTime())
          .as("time after %d of %d packets: %s", frames.size(), count, source.error())
          .isLessThan(deadline);
    }
    return this;
  }

  /** Polls until the source ends; fails if it does not. */
  public ReceivedPackets awaitEnd(PacketSource source) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (source.poll(this) != PacketSource.END) {
      assertThat(System.nanoTime())
          .as("time without the end, after %d packets", frames.size())
          .isLessThan(deadline);
    }
    return this;
  }

  /** How many packets there are. */
  public int count() {
    return frames.size();
  }

  /** Copies of the captured bytes, in the order they came. */
  public List<byte[]> frames() {
    return frames;
  }

  /** Lengths on the wire. */
  public List<Integer> wireLengths() {
    return wireLengths;
  }

  /** Time stamps, nanoseconds since 1970. */
  public List<Long> timestampsNanos() {
    return timestampsNanos;
  }

  /** Fails unless exactly these frames came, whole, in this order. */
  public void assertEqualTo(SampleTraffic sent) {
    assertThat(frames).as("packets").hasSameSizeAs(sent.frames());
    for (int i = 0; i < frames.size(); i++) {
      assertThat(frames.get(i)).as("bytes of packet %d", i).isEqualTo(sent.frames().get(i));
      assertThat(wireLengths.get(i))
          .as("wire length of packet %d", i)
          .isEqualTo(sent.frames().get(i).length);
    }
  }
}
