package org.gotm.core.pcapfile;

import static org.gotm.core.pcapfile.PcapngBlockLayout.CAPLEN_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.DATA_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.ENHANCED_PACKET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.INTERFACE;
import static org.gotm.core.pcapfile.PcapngBlockLayout.LEAST_LENGTH;
import static org.gotm.core.pcapfile.PcapngBlockLayout.LENGTH_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.MAX_LENGTH;
import static org.gotm.core.pcapfile.PcapngBlockLayout.OBSOLETE_PACKET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.PACKET_INTERFACE_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.SECTION;
import static org.gotm.core.pcapfile.PcapngBlockLayout.SIMPLE_DATA_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.SIMPLE_LENGTH_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.SIMPLE_PACKET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.TIME_LOWER_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.TIME_UPPER_OFFSET;
import static org.gotm.core.pcapfile.PcapngBlockLayout.TRAILER_LENGTH;
import static org.gotm.core.pcapfile.PcapngBlockLayout.WIRE_LENGTH_OFFSET;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import org.gotm.core.failure.Reason;
import org.gotm.core.memory.NativeAccess;
import org.gotm.core.packet.LinkType;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSourceException;

/**
 * Packets from a pcapng file: any number of sections of either byte order, and of interfaces with a
 * clock and a snaplen of their own. Hot path.
 *
 * <p>A source has one link type, a file may have several. Where they change, {@link #poll} throws a
 * {@link LinkTypeChangeException}, and {@link #next} gives the source that goes on. Packets of two
 * link types that take turns are sorted a batch ahead, so each run has more than one.
 *
 * <p>What is no packet is skipped, and so are options but those of the clock. A block that cannot
 * be right ends the source with a {@link DamagedCaptureException}, after all packets before it were
 * handed over.
 */
public final class PcapngFileSource extends FileSource {
  private static final int NO_LINK_TYPE = -1;

  private final PcapngSection section;
  private PacketBatch batch;
  private PacketBatch ahead;
  private int linkType = NO_LINK_TYPE;
  private int aheadLinkType = NO_LINK_TYPE;
  private boolean isFilled;
  private boolean isContinued;
  private RuntimeException trouble;

  private PcapngFileSource(String name, FileBytes bytes) {
    super(name, bytes);
    section = new PcapngSection();
    batch = new PacketBatch(PacketBatch.DEFAULT_CAPACITY);
    ahead = new PacketBatch(PacketBatch.DEFAULT_CAPACITY);
    try {
      NativeAccess.require();
      readToFirstPacket();
    } catch (IOException | RuntimeException e) {
      bytes.close();
      throw e instanceof RuntimeException runtime ? runtime : failed((IOException) e);
    } catch (InternalError e) {
      bytes.close();
      throw shortened(e);
    }
  }

  private PcapngFileSource(PcapngFileSource before) {
    super(before);
    section = before.section;
    batch = before.batch;
    ahead = before.ahead;
    aheadLinkType = before.aheadLinkType;
    trouble = before.trouble;
    turnToWhatIsAhead();
  }

  /**
   * Opens an uncompressed pcapng file by mapping it.
   *
   * @throws PacketSourceException if it cannot be read or is not pcapng
   */
  public static PcapngFileSource open(Path path) {
    try {
      return new PcapngFileSource(path.toString(), new MappedBytes(path));
    } catch (IOException e) {
      throw new PacketSourceException(path + ": cannot be read: " + Reason.of(e), e);
    }
  }

  /**
   * Reads an uncompressed pcapng stream; waits for the first packet, as its link type is that of
   * the source.
   *
   * @param channel owned by the source from now on, and closed with it; one that has nothing yet
   *     may answer 0 after a moment, and so does {@link #poll} then
   * @param name what to call it in messages
   * @throws PacketSourceException if it cannot be read or is not pcapng
   */
  public static PcapngFileSource open(ReadableByteChannel channel, String name) {
    return new PcapngFileSource(name, new StreamBytes(channel));
  }

  /**
   * Reads a stream as {@link #open(ReadableByteChannel, String)} does, in less memory: for many
   * streams at a time, and those of strangers.
   *
   * @param firstBytes of the buffer
   * @param mostBytes it may grow to; a record that needs more ends the source
   * @throws PacketSourceException if it cannot be read or is not pcapng
   */
  public static PcapngFileSource open(
      ReadableByteChannel channel, String name, int firstBytes, int mostBytes) {
    return new PcapngFileSource(name, new StreamBytes(channel, firstBytes, mostBytes));
  }

  /**
   * Reads an uncompressed pcapng file that is in memory.
   *
   * @param file native memory, which must outlive the source
   * @param name what to call it in messages
   * @throws PacketSourceException if it is not pcapng
   */
  public static PcapngFileSource of(MemorySegment file, String name) {
    return new PcapngFileSource(name, new MemoryBytes(file));
  }

  /**
   * The source of the packets that follow, after a {@link LinkTypeChangeException}. The file is
   * that source's from now on; closing this one leaves it open.
   *
   * @throws IllegalStateException if there was no such change
   */
  public PcapngFileSource next() {
    if (!(damage instanceof LinkTypeChangeException) || isContinued) {
      throw new IllegalStateException(name + ": the link type has not changed");
    }
    isContinued = true;
    return new PcapngFileSource(this);
  }

  private void readToFirstPacket() throws IOException {
    do {
      takeBlocks();
    } while (ahead.count() == 0 && trouble == null && (refill() || !hasEnded()));
    RuntimeException refusal = trouble != null ? trouble : damage;
    if (ahead.count() == 0 && refusal != null) {
      throw refusal;
    }
    if (!section.hasBegun()) {
      throw damaged(0, "0 bytes are no pcapng section header");
    }
    if (ahead.count() > 0) {
      turnToWhatIsAhead();
    } else {
      linkType = section.firstLinkType(LinkType.ETHERNET);
    }
  }

  /** What was put aside is handed over next. */
  private void turnToWhatIsAhead() {
    PacketBatch filled = ahead;
    ahead = batch;
    ahead.clear(bytes.window());
    batch = filled;
    linkType = aheadLinkType;
    isFilled = true;
  }

  @Override
  public int linkType() {
    return linkType;
  }

  @Override
  PacketBatch fill() {
    if (isFilled) {
      isFilled = false;
      return batch;
    }
    batch.clear(bytes.window());
    if (ahead.count() == 0 && trouble == null) {
      takeBlocks();
    }
    if (batch.count() == 0) {
      damage =
          ahead.count() > 0 ? new LinkTypeChangeException(name, linkType, aheadLinkType) : trouble;
    }
    return batch;
  }

  private void takeBlocks() {
    ahead.clear(bytes.window());
    while (takeBlock()) {
      // the next one
    }
  }

  /** Takes the next block if it is whole, sound, and there is room for its packet. */
  private boolean takeBlock() {
    MemorySegment window = bytes.window();
    long left = window.byteSize() - position;
    if (left < LEAST_LENGTH) {
      return false;
    }
    int type = window.get(INT, position);
    if (!section.takeOrder(window, position)) {
      return spoil(
          section.hasBegun()
              ? "a section header without byte order magic"
              : "unknown file format, not pcapng");
    }
    long length = section.unsigned(window, position + LENGTH_OFFSET);
    if (length < LEAST_LENGTH || length > MAX_LENGTH || length % Integer.BYTES != 0) {
      return spoil("a block of %d bytes".formatted(length));
    }
    if (length > left) {
      return false;
    }
    long trailer = section.unsigned(window, position + length - TRAILER_LENGTH);
    if (trailer != length) {
      return spoil("block length %d, but %d at its end".formatted(length, trailer));
    }
    if (!takeBody(window, section.order(type), length)) {
      return false;
    }
    position += length;
    return true;
  }

  private boolean takeBody(MemorySegment window, int type, long length) {
    return switch (type) {
      case SECTION -> isWell(section.begin(window, position, length));
      case INTERFACE -> isWell(section.addInterface(window, position, length));
      case ENHANCED_PACKET, OBSOLETE_PACKET -> takePacket(window, type, length);
      case SIMPLE_PACKET -> takeSimplePacket(window, length);
      default -> true;
    };
  }

  private boolean takePacket(MemorySegment window, int type, long length) {
    if (length < DATA_OFFSET + TRAILER_LENGTH) {
      return spoil("a packet block of %d bytes".formatted(length));
    }
    long number =
        type == OBSOLETE_PACKET
            ? section.unsignedShort(window, position + PACKET_INTERFACE_OFFSET)
            : section.unsigned(window, position + PACKET_INTERFACE_OFFSET);
    PcapngInterface packetInterface = section.packetInterface(number);
    if (packetInterface == null) {
      return spoil("a packet of interface %d, which is not described".formatted(number));
    }
    long units =
        section.unsigned(window, position + TIME_UPPER_OFFSET) << Integer.SIZE
            | section.unsigned(window, position + TIME_LOWER_OFFSET);
    return add(
        packetInterface,
        DATA_OFFSET,
        section.unsigned(window, position + CAPLEN_OFFSET),
        section.unsigned(window, position + WIRE_LENGTH_OFFSET),
        packetInterface.timestampNanos(units),
        length);
  }

  /** A packet of the first interface, which has no time. */
  private boolean takeSimplePacket(MemorySegment window, long length) {
    PcapngInterface packetInterface = section.packetInterface(0);
    if (packetInterface == null || length < SIMPLE_DATA_OFFSET + TRAILER_LENGTH) {
      return spoil(
          packetInterface == null
              ? "a simple packet before an interface is described"
              : "a packet block of %d bytes".formatted(length));
    }
    long wireLength = section.unsigned(window, position + SIMPLE_LENGTH_OFFSET);
    long caplen = packetInterface.caplen(wireLength);
    return add(packetInterface, SIMPLE_DATA_OFFSET, caplen, wireLength, 0, length);
  }

  private boolean add(
      PcapngInterface packetInterface,
      int dataOffset,
      long caplen,
      long wireLength,
      long timestampNanos,
      long length) {
    long most = Math.min(length - dataOffset - TRAILER_LENGTH, PcapFileSource.MAX_CAPLEN);
    if (caplen > most) {
      return spoil("captured length %d is above %d".formatted(caplen, most));
    }
    PacketBatch to = batchFor(packetInterface.linkType());
    if (to == null) {
      return false;
    }
    to.add(
        position + dataOffset,
        (int) caplen,
        (int) Math.min(wireLength, Integer.MAX_VALUE),
        timestampNanos,
        0);
    return true;
  }

  /** Where a packet goes, or null if there is no room for it. */
  private PacketBatch batchFor(int packetLinkType) {
    if (packetLinkType == linkType) {
      return batch.isFull() ? null : batch;
    }
    if (ahead.count() == 0) {
      aheadLinkType = packetLinkType;
    }
    return packetLinkType != aheadLinkType || ahead.isFull() ? null : ahead;
  }

  private boolean isWell(String complaint) {
    return complaint == null || spoil(complaint);
  }

  private boolean spoil(String words) {
    trouble = damaged(position, words);
    return false;
  }

  @Override
  void windowMoved() {
    // both batches are empty, and the section copies what it keeps
  }

  @Override
  String cutOff(long left) {
    return left < LEAST_LENGTH
        ? "the file ends after %d of %d block bytes".formatted(left, LEAST_LENGTH)
        : "the file ends after %d of %d block bytes"
            .formatted(left, section.unsigned(bytes.window(), LENGTH_OFFSET));
  }

  @Override
  public void close() {
    if (!isContinued) {
      super.close();
    }
  }
}
