package org.gotm.app.sensors;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.HashSet;
import java.util.Set;
import org.gotm.core.pcapfile.LinkTypeChangeException;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.PcapngFileSource;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;

/**
 * The packets in a sensor's answer, which may be anything: what is no capture, or takes more than a
 * fixed amount of memory, ends it with a {@link PacketSourceException}. One thread.
 */
final class AnswerPackets {
  private static final String NAME = "the answer";
  private static final int FIRST_BYTES = 1 << 16;

  /** Room for the largest packet of a capture file, and what is around it. */
  private static final int MOST_BYTES = 1 << 20;

  /** Each makes an interface of the whole answer. */
  private static final int MOST_LINK_TYPES = 32;

  private final Set<Integer> linkTypes = new HashSet<>();

  /** Who takes packets. */
  @FunctionalInterface
  interface Taker {
    /** Takes what is in a batch, which is valid during the call only. */
    void take(PacketBatch batch, int linkType);
  }

  /**
   * Reads an answer up to its end.
   *
   * @throws PacketSourceException if it is none, from there on
   */
  void read(InputStream body, Taker taker) throws IOException {
    BufferedInputStream in = new BufferedInputStream(body);
    in.mark(Integer.BYTES);
    byte[] first = in.readNBytes(Integer.BYTES);
    if (first.length == 0) {
      return;
    }
    in.reset();
    boolean isPcapng =
        first.length == Integer.BYTES
            && ByteBuffer.wrap(first).getInt() == PcapHeaderLayout.MAGIC_PCAPNG;
    ReadableByteChannel channel = Channels.newChannel(in);
    PacketSource source =
        isPcapng
            ? PcapngFileSource.open(channel, NAME, FIRST_BYTES, MOST_BYTES)
            : PcapFileSource.open(channel, NAME, FIRST_BYTES, MOST_BYTES);
    try {
      for (PacketSource next = source; next != null; next = readRun(source, taker)) {
        source = next;
      }
    } finally {
      source.close();
    }
  }

  /** Packets of one link type; the source of those that follow, or null. */
  private PacketSource readRun(PacketSource source, Taker taker) {
    int linkType = source.linkType();
    if (linkTypes.add(linkType) && linkTypes.size() > MOST_LINK_TYPES) {
      throw new PacketSourceException(
          "%s: more than %d link types".formatted(NAME, MOST_LINK_TYPES));
    }
    try {
      while (source.poll(batch -> taker.take(batch, linkType)) != PacketSource.END) {
        // on to the next packets
      }
      return null;
    } catch (LinkTypeChangeException e) {
      return ((PcapngFileSource) source).next();
    }
  }
}
