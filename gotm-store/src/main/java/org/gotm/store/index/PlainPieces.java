package org.gotm.store.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.PcapRecordLayout;

/** Stretches of whole records of a plain file, pcap or pcapng. One thread. */
final class PlainPieces implements CapturePieces {
  private static final int LENGTH = 1 << 20;
  private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
  private static final int BYTE_ORDER_AT = 8;
  private static final int SHORTEST_BLOCK = 12;
  private static final int INTERFACE = 1;

  private final FileChannel channel;
  private final long length;
  private final int shortest;
  private final boolean isPcapng;
  private final ByteOrder order;
  private ByteBuffer content = ByteBuffer.allocate(2 * LENGTH);
  private long offset;
  private long end;

  PlainPieces(FileChannel channel, long length) throws IOException {
    this.channel = channel;
    this.length = length;
    ByteBuffer head = read(0, (int) Math.min(PcapHeaderLayout.LENGTH, length));
    if (head.remaining() < PcapHeaderLayout.LENGTH) {
      throw new UnfitException("it is too short for a header of pcap or pcapng");
    }
    isPcapng = head.getInt(0) == PcapHeaderLayout.MAGIC_PCAPNG;
    ByteOrder little = ByteOrder.LITTLE_ENDIAN;
    int magic = head.order(little).getInt(isPcapng ? BYTE_ORDER_AT : 0);
    boolean isLittle = isPcapng ? magic == BYTE_ORDER_MAGIC : isPcap(magic);
    if (!isLittle && !(isPcapng || isPcap(Integer.reverseBytes(magic)))) {
      throw new UnfitException("it does not begin as pcap or pcapng do");
    }
    order = isLittle ? little : ByteOrder.BIG_ENDIAN;
    shortest = isPcapng ? SHORTEST_BLOCK : PcapRecordLayout.HEADER_LENGTH;
  }

  private static boolean isPcap(int magic) {
    return magic == PcapHeaderLayout.MAGIC_MICROS || magic == PcapHeaderLayout.MAGIC_NANOS;
  }

  private ByteBuffer read(long from, int bytes) throws IOException {
    if (content.capacity() < bytes) {
      if (bytes > LONGEST) {
        throw new UnfitException("a record is longer than %d MiB".formatted(LONGEST >> 20));
      }
      content = ByteBuffer.allocate(bytes);
    }
    content.clear().limit(bytes);
    while (content.hasRemaining() && channel.read(content, from + content.position()) >= 0) {
      // a file that became shorter is found out by its records
    }
    return content.flip().order(ByteOrder.BIG_ENDIAN);
  }

  @Override
  public boolean next() throws IOException {
    offset = end;
    if (offset == length) {
      return false;
    }
    int bytes = LENGTH;
    int whole;
    do {
      bytes = (int) Math.min(length - offset, bytes);
      read(offset, bytes).order(order);
      whole = offset == 0 ? header() : records();
    } while (whole == 0 && bytes < length - offset && (bytes *= 2) > 0);
    if (whole == 0) {
      throw new UnfitException("cut off within a record");
    }
    end = offset + whole;
    content.limit(whole);
    return true;
  }

  /** Length of what a file begins with; 0 if more of it is to be read. */
  private int header() throws UnfitException {
    if (!isPcapng) {
      return PcapHeaderLayout.LENGTH;
    }
    int at = blockLength(0); // the section's
    while (at + Long.BYTES <= content.limit() && content.getInt(at) == INTERFACE) {
      at += blockLength(at);
    }
    boolean isWhole = at + Long.BYTES <= content.limit() || at == length;
    return isWhole ? at : 0;
  }

  /** Length of the whole records at hand. */
  private int records() throws UnfitException {
    int at = 0;
    while (content.limit() - at >= shortest) {
      int record =
          isPcapng
              ? blockLength(at)
              : PcapRecordLayout.HEADER_LENGTH
                  + content.getInt(at + PcapRecordLayout.CAPLEN_OFFSET);
      if (record < shortest || record > LONGEST) {
        throw new UnfitException("a record has a wrong length");
      }
      if (record > content.limit() - at) {
        return at;
      }
      at += record;
    }
    return at;
  }

  private int blockLength(int at) throws UnfitException {
    int block = content.getInt(at + Integer.BYTES);
    if (block < SHORTEST_BLOCK || block % 4 != 0 || block > LONGEST) {
      throw new UnfitException("a block has a wrong length");
    }
    return block;
  }

  @Override
  public long offset() {
    return offset;
  }

  @Override
  public long end() {
    return end;
  }

  @Override
  public ByteBuffer content() {
    return content;
  }

  @Override
  public void close() {
    // the channel is its owner's
  }
}
