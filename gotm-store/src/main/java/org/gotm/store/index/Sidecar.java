package org.gotm.store.index;

import static org.gotm.store.index.SidecarLayout.BLOCK_HEAD;
import static org.gotm.store.index.SidecarLayout.BLOCK_LENGTH;
import static org.gotm.store.index.SidecarLayout.DIRECTORY_HEAD;
import static org.gotm.store.index.SidecarLayout.GRANULE_LENGTH;
import static org.gotm.store.index.SidecarLayout.GROUP_LENGTH;
import static org.gotm.store.index.SidecarLayout.HAS_HOLES;
import static org.gotm.store.index.SidecarLayout.MOST_GRANULES;
import static org.gotm.store.index.SidecarLayout.SUFFIX;
import static org.gotm.store.index.SidecarLayout.TRAILER_LENGTH;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.zip.CRC32C;
import org.gotm.store.terms.Terms;

/**
 * The sidecar of a capture file, as it is read: the directory is in memory, blocks of terms are
 * read when they are asked for. Everything in it is checked; one that is damaged, or of another
 * state of the capture, is not believed. One thread.
 */
public final class Sidecar implements AutoCloseable {
  private static final String CURRENT = "_current";
  private static final int MOST_DIRECTORY = 1 << 28;

  private final FileChannel channel;
  private final byte[] bytes = new byte[BLOCK_LENGTH + Long.BYTES];
  private final ByteBuffer block = ByteBuffer.wrap(bytes).order(SidecarLayout.ORDER);
  private final Bits bits = new Bits(bytes);
  private final Entries entries = new Entries(bits);
  private final CRC32C crc = new CRC32C();
  private final long captureLength;
  private final long blocksLength;
  private final boolean hasHoles;
  private final long firstNanos;
  private final long lastNanos;
  private final Granule[] granules;
  private final Group[] groups;

  /** Thrown inside for whatever is wrong with a sidecar. */
  public static final class InvalidSidecarException extends IOException {
    private static final long serialVersionUID = 1;

    InvalidSidecarException(String reason) {
      super(reason);
    }
  }

  private record Group(
      int firstGranule, int granules, int keptBits, long offset, int length, long[] fences) {}

  /** Where the sidecar of a capture file is. */
  public static Path path(Path capture) {
    return capture.resolveSibling(capture.getFileName() + SUFFIX);
  }

  /**
   * Where the sidecar of a capture file is while that is written: its name tells which of the files
   * that have had the current one's name it belongs to.
   */
  public static Path ofCurrent(Path current) throws IOException {
    String name = current.getFileName().toString();
    Object inode = Files.getAttribute(current, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    return current.resolveSibling(
        name.substring(0, name.indexOf(CURRENT) + CURRENT.length()) + "." + inode + SUFFIX);
  }

  /**
   * Opens the sidecar of a finished capture file.
   *
   * @return null if there is none
   * @throws InvalidSidecarException if it is damaged, or the capture is another than it tells of
   */
  public static Sidecar open(Path capture) throws IOException {
    Sidecar sidecar = openAt(path(capture));
    if (sidecar != null && sidecar.captureLength != Files.size(capture)) {
      sidecar.close();
      throw new InvalidSidecarException("the capture has another length");
    }
    return sidecar;
  }

  /**
   * Opens the sidecar of a capture file that is written, which knows a part of it.
   *
   * @return null if there is none, or it grows right now
   */
  public static Sidecar openOfCurrent(Path current) throws IOException {
    try {
      return openAt(ofCurrent(current));
    } catch (InvalidSidecarException e) {
      return null;
    }
  }

  private static Sidecar openAt(Path path) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
    try {
      return new Sidecar(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private Sidecar(FileChannel channel) throws IOException {
    this.channel = channel;
    ByteBuffer directory = readDirectory();
    blocksLength = channel.size() - TRAILER_LENGTH - directory.capacity();
    if (directory.getInt() != SidecarLayout.VERSION) {
      throw new InvalidSidecarException("of another version");
    }
    hasHoles = (directory.getInt() & HAS_HOLES) != 0;
    captureLength = directory.getLong();
    firstNanos = directory.getLong();
    lastNanos = directory.getLong();
    directory.getLong();
    granules = new Granule[count(directory, GRANULE_LENGTH)];
    groups = new Group[count(directory, GROUP_LENGTH)];
    readGranules(directory);
    readGroups(directory);
  }

  private ByteBuffer readDirectory() throws IOException {
    long length = channel.size();
    if (length < TRAILER_LENGTH + DIRECTORY_HEAD) {
      throw new InvalidSidecarException("cut off");
    }
    ByteBuffer trailer = read(length - TRAILER_LENGTH, TRAILER_LENGTH);
    long offset = trailer.getLong();
    long directoryLength = trailer.getLong();
    int expected = trailer.getInt();
    trailer.getInt();
    if (trailer.getLong() != SidecarLayout.MAGIC
        || offset < 0
        || directoryLength < DIRECTORY_HEAD
        || directoryLength > MOST_DIRECTORY
        || offset != length - TRAILER_LENGTH - directoryLength) {
      throw new InvalidSidecarException("no trailer at its end");
    }
    ByteBuffer directory = read(offset, (int) directoryLength);
    crc.reset();
    crc.update(directory.duplicate());
    if ((int) crc.getValue() != expected) {
      throw new InvalidSidecarException("its directory does not have the checksum");
    }
    return directory;
  }

  private ByteBuffer read(long offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(SidecarLayout.ORDER);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new InvalidSidecarException("cut off");
      }
    }
    return buffer.flip();
  }

  private static int count(ByteBuffer directory, int least) throws InvalidSidecarException {
    int count = directory.getInt();
    if (count < 0 || (long) count * least > directory.capacity()) {
      throw new InvalidSidecarException("a count is wrong");
    }
    return count;
  }

  private void readGranules(ByteBuffer directory) throws IOException {
    long end = 0;
    for (int i = 0; i < granules.length; i++) {
      require(directory.remaining() >= GRANULE_LENGTH, "granules are missing");
      granules[i] =
          new Granule(
              directory.getLong(),
              directory.getLong(),
              directory.getLong(),
              directory.getLong(),
              directory.getLong());
      require(
          granules[i].offset() >= end && granules[i].length() >= 0, "granules are not in order");
      end = granules[i].offset() + granules[i].length();
      require(end >= 0 && end <= captureLength, "a granule is beyond the capture");
    }
  }

  private void readGroups(ByteBuffer directory) throws IOException {
    int granule = 0;
    for (int i = 0; i < groups.length; i++) {
      require(directory.remaining() >= GROUP_LENGTH, "groups are missing");
      int count = directory.getInt();
      int keptBits = directory.getInt();
      long offset = directory.getLong();
      int length = directory.getInt();
      int blocks = directory.getInt();
      require(count > 0 && count <= MOST_GRANULES, "a group is wrong");
      require(count <= granules.length - granule, "granules are missing");
      require(keptBits >= 0 && keptBits <= Terms.ALL_BITS, "a group is wrong");
      require(offset >= 0 && length >= 0 && offset <= blocksLength - length, "blocks are missing");
      require(blocks == (length + BLOCK_LENGTH - 1) / BLOCK_LENGTH, "a group is wrong");
      require((long) blocks * Long.BYTES <= directory.remaining(), "no fences");
      long[] fences = new long[blocks];
      for (int k = 0; k < blocks; k++) {
        fences[k] = directory.getLong();
      }
      groups[i] = new Group(granule, count, keptBits, offset, length, fences);
      granule += count;
    }
    require(granule == granules.length, "groups are missing");
  }

  private static void require(boolean holds, String reason) throws InvalidSidecarException {
    if (!holds) {
      throw new InvalidSidecarException(reason);
    }
  }

  /** True if there are packets outside of the granules, too, at whatever time. */
  public boolean hasHoles() {
    return hasHoles;
  }

  /** The earliest time of a packet in a granule, nanoseconds since 1970. */
  public long firstNanos() {
    return firstNanos;
  }

  /** The latest time of a packet in a granule, nanoseconds since 1970. */
  public long lastNanos() {
    return lastNanos;
  }

  /** How many granules the capture has. */
  public int granules() {
    return granules.length;
  }

  /** A stretch of the capture. */
  public Granule granule(int i) {
    return granules[i];
  }

  /** The granules that may have one of these terms, which are of one kind. */
  public BitSet find(Terms.Range range) throws IOException {
    BitSet found = new BitSet(granules.length);
    for (Group group : groups) {
      find(range, group, found);
      find(Terms.Range.of(Terms.ANY), group, found);
      if (group.keptBits < Terms.ALL_BITS) {
        find(range.coarse(group.keptBits), group, found);
      }
    }
    return found;
  }

  private void find(Terms.Range range, Group group, BitSet found) throws IOException {
    int at = firstBlock(group.fences, range.from());
    while (at < group.fences.length && group.fences[at] <= range.to()) {
      int count = readBlock(group, at);
      scan(count, range, group, found);
      at++;
    }
  }

  /** The last block that begins at or before the term, or the first of all. */
  private static int firstBlock(long[] fences, long term) {
    int low = 0;
    int high = fences.length;
    while (low < high) {
      int middle = low + high >>> 1;
      if (fences[middle] <= term) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return Math.max(low - 1, 0);
  }

  /** Reads a block; answers how many entries it has. */
  private int readBlock(Group group, int number) throws IOException {
    int from = number * BLOCK_LENGTH;
    int length = Math.min(group.length - from, BLOCK_LENGTH);
    block.clear().limit(length);
    while (block.hasRemaining()) {
      if (channel.read(block, group.offset + from + block.position()) < 0) {
        throw new InvalidSidecarException("cut off");
      }
    }
    crc.reset();
    crc.update(bytes, 4, Math.max(length - 4, 0));
    if (length < BLOCK_HEAD || (int) crc.getValue() != block.getInt(0)) {
      throw new InvalidSidecarException("block %d does not have its checksum".formatted(number));
    }
    bits.begin(8 * BLOCK_HEAD, 8 * length);
    int termBits = block.get(6);
    require(termBits >= 0 && termBits < Terms.BITS, "a block is wrong");
    entries.begin(termBits);
    return Short.toUnsignedInt(block.getShort(4));
  }

  private void scan(int count, Terms.Range range, Group group, BitSet found) throws IOException {
    long term = block.getLong(8);
    for (int i = 0; i < count && term <= range.to(); i++) {
      term += i == 0 ? 0 : entries.getDifference();
      boolean isWanted = term >= range.from() && term <= range.to();
      scanGranules(group, isWanted ? found : null);
    }
  }

  private void scanGranules(Group group, BitSet found) throws IOException {
    int count = entries.getCount();
    int gapBits = Entries.gapBits(count, group.granules);
    int granule = -1;
    for (int i = 0; i < count; i++) {
      granule += 1 + entries.getGap(gapBits);
      require(granule < group.granules, "a granule is not of its group");
      if (found != null) {
        found.set(group.firstGranule + granule);
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
