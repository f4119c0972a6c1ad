package org.gotm.store.index;

import static org.gotm.store.index.SidecarLayout.DIRECTORY_HEAD;
import static org.gotm.store.index.SidecarLayout.GRANULE_LENGTH;
import static org.gotm.store.index.SidecarLayout.GROUP_LENGTH;
import static org.gotm.store.index.SidecarLayout.TRAILER_LENGTH;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.zip.CRC32C;
import org.gotm.store.terms.TermSet;

/**
 * Writes the sidecar of a capture file under a name of its own, which it loses when the sidecar is
 * complete and on disk. One thread.
 *
 * <p>Before that, a checkpoint makes it a sidecar of the part of the capture that it knows.
 */
final class SidecarWriter implements AutoCloseable {
  /** Granules between checkpoints: so many are searched whole at most. */
  private static final int CHECKPOINT_GRANULES = 64;

  private final Path current;
  private final IntSupplier mostPairs;
  private final FileChannel channel;
  private final GroupEncoder group = new GroupEncoder();
  private final List<Granule> granules = new ArrayList<>();
  private final List<Group> groups = new ArrayList<>();
  private int readable;
  private boolean isComplete;

  /** A group that was written. */
  private record Group(int granules, int keptBits, long offset, int length, long[] fences) {}

  /**
   * Writes to a file that is made anew.
   *
   * @param mostPairs how many pairs of a term and a granule may be in memory now
   */
  SidecarWriter(Path current, IntSupplier mostPairs) throws IOException {
    this.current = current;
    this.mostPairs = mostPairs;
    Files.deleteIfExists(current); // of a run that was killed
    channel =
        FileChannel.open(
            current,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE_NEW,
            LinkOption.NOFOLLOW_LINKS);
  }

  /** Adds the next stretch of the file, with the terms of its packets. */
  void add(Granule granule, TermSet terms) throws IOException {
    if (group.granules() > 0 && !group.hasRoom(terms, mostPairs.getAsInt())) {
      checkpoint();
    }
    group.add(terms, granule.length());
    granules.add(granule);
  }

  /** It comes behind the directory of the last checkpoint, if there was one, which stays. */
  private void writeGroup() throws IOException {
    long offset = channel.position();
    group.write(channel);
    groups.add(
        new Group(group.granules(), group.keptBits(), offset, group.length(), group.fences()));
    group.clear();
  }

  /** True if there are more granules than at the last checkpoint, by some. */
  boolean isWorthCheckpoint() {
    return granules.size() - readable >= CHECKPOINT_GRANULES;
  }

  /** Makes a sidecar of the granules so far, for a capture that goes on behind them. */
  void checkpoint() throws IOException {
    Granule last = granules.getLast();
    writeDirectory(last.offset() + last.length(), true);
    readable = granules.size();
  }

  /**
   * Writes what the whole is about, and makes it the capture's sidecar.
   *
   * @param hasHoles true if packets are outside of the granules
   */
  void finish(Path target, long captureLength, boolean hasHoles) throws IOException {
    writeDirectory(captureLength, hasHoles);
    channel.force(false);
    Files.move(current, target, StandardCopyOption.ATOMIC_MOVE);
    isComplete = true;
  }

  private void writeDirectory(long captureLength, boolean hasHoles) throws IOException {
    if (group.granules() > 0) {
      writeGroup();
    }
    ByteBuffer directory = directory(captureLength, hasHoles);
    CRC32C crc = new CRC32C();
    crc.update(directory.duplicate());
    ByteBuffer trailer = ByteBuffer.allocate(TRAILER_LENGTH).order(SidecarLayout.ORDER);
    trailer.putLong(channel.position()).putLong(directory.remaining());
    trailer.putInt((int) crc.getValue()).putInt(0).putLong(SidecarLayout.MAGIC).flip();
    writeAll(directory);
    writeAll(trailer);
  }

  private ByteBuffer directory(long captureLength, boolean hasHoles) {
    int fences = groups.stream().mapToInt(g -> g.fences.length).sum();
    ByteBuffer directory =
        ByteBuffer.allocate(
                DIRECTORY_HEAD
                    + GRANULE_LENGTH * granules.size()
                    + GROUP_LENGTH * groups.size()
                    + Long.BYTES * fences)
            .order(SidecarLayout.ORDER);
    long first = granules.stream().mapToLong(Granule::firstNanos).min().orElse(Long.MAX_VALUE);
    long last = granules.stream().mapToLong(Granule::lastNanos).max().orElse(Long.MIN_VALUE);
    long packets = granules.stream().mapToLong(Granule::packets).sum();
    directory.putInt(SidecarLayout.VERSION).putInt(hasHoles ? SidecarLayout.HAS_HOLES : 0);
    directory.putLong(captureLength);
    directory.putLong(first).putLong(last).putLong(packets);
    directory.putInt(granules.size()).putInt(groups.size());
    for (Granule granule : granules) {
      directory.putLong(granule.offset()).putLong(granule.length());
      directory.putLong(granule.firstNanos()).putLong(granule.lastNanos());
      directory.putLong(granule.packets());
    }
    for (Group written : groups) {
      directory.putInt(written.granules).putInt(written.keptBits).putLong(written.offset);
      directory.putInt(written.length).putInt(written.fences.length);
      for (long fence : written.fences) {
        directory.putLong(fence);
      }
    }
    return directory.flip();
  }

  private void writeAll(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    if (!isComplete) {
      Files.deleteIfExists(current);
    }
  }
}
