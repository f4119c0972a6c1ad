package org.gotm.store.flows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Supplier;
import org.gotm.core.flow.FlowRecord;
import org.gotm.core.flow.FlowRecordLayout;
import org.gotm.core.flow.FlowRecordRing;

/**
 * Takes records out of rings and writes them to files: those of flows that have ended to a file of
 * the hour, those of flows that go on to one that is made when somebody asks. One thread.
 */
final class SpoolWriter {
  private final SpoolNames names;
  private final List<FlowRecordRing> rings;
  private final Supplier<SpoolHeader> header;
  private final FlowRecord record = new FlowRecord();
  private SpoolFile file;
  private SpoolFile live;
  private Instant hour = Instant.MIN;

  SpoolWriter(SpoolNames names, List<FlowRecordRing> rings, Supplier<SpoolHeader> header) {
    this.names = names;
    this.rings = rings;
    this.header = header;
  }

  /** What is written to, for messages. */
  Path place() {
    return file == null ? names.folder() : file.path();
  }

  /**
   * With a new hour, or new names of what records have numbers of, the file is finished.
   *
   * @return true if an hour begins
   */
  boolean beginHour(Instant now) throws IOException {
    Instant newHour = now.truncatedTo(ChronoUnit.HOURS);
    boolean isNew = !newHour.equals(hour);
    if (file != null && (isNew || !file.header().equals(header.get()))) {
      finishFile();
    }
    hour = newHour;
    return isNew;
  }

  /**
   * Writes all records that there are; if that fails, those that were not written stay.
   *
   * @return true if there were any
   */
  boolean drain(Instant now) throws IOException {
    boolean any = false;
    for (FlowRecordRing ring : rings) {
      for (MemorySegment records = ring.readable();
          records.byteSize() > 0;
          records = ring.readable()) {
        drain(ring, records, now);
        any = true;
      }
    }
    return any;
  }

  private void drain(FlowRecordRing ring, MemorySegment records, Instant now) throws IOException {
    long from = 0;
    while (from < records.byteSize()) {
      boolean isLive = isLive(records, from);
      long to = from;
      while (to < records.byteSize() && isLive(records, to) == isLive) {
        to += FlowRecordLayout.LENGTH;
      }
      append(records.asSlice(from, to - from), isLive, now);
      ring.release((to - from) / FlowRecordLayout.LENGTH);
      from = to;
    }
  }

  private boolean isLive(MemorySegment records, long at) {
    return record.at(records, at).endReason() == FlowRecord.LIVE;
  }

  private void append(MemorySegment records, boolean areLive, Instant now) throws IOException {
    if (!areLive) {
      if (file == null) {
        Files.createDirectories(names.folder()); // somebody may have removed it
        Path path = names.current(now.truncatedTo(ChronoUnit.SECONDS));
        file = new SpoolFile(path, header.get());
      }
      file.append(records);
    } else if (live != null) {
      live.append(records);
    }
  }

  /** Brings what was written to the disk. */
  void sync() throws IOException {
    if (file != null) {
      requireFile();
      file.sync();
    }
  }

  /** Finishes the file, if there is one. */
  void finishFile() throws IOException {
    if (file != null) {
      requireFile();
      file.finish(SpoolNames.finished(file.path()));
      file = null;
    }
  }

  /** If somebody has removed the file, another one is begun with the next record. */
  private void requireFile() throws IOException {
    Path path = file.path();
    if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
      file.close();
      file = null;
      throw new IOException(path.getFileName() + " was removed or moved by somebody else");
    }
  }

  /** Records of flows that go on are written from now on; before, they are passed over. */
  void beginLive() throws IOException {
    abandonLive();
    Path path = names.live().resolveSibling(names.live().getFileName() + SpoolNames.TEMPORARY);
    Files.deleteIfExists(path);
    live = new SpoolFile(path, header.get());
  }

  /** All of them were written: they can be read. */
  void finishLive() throws IOException {
    SpoolFile finished = live;
    live = null;
    try (finished) {
      finished.replace(names.live());
    }
  }

  /** Those that were written are not all; what was complete before stays. */
  void abandonLive() throws IOException {
    if (live != null) {
      live.close();
      Files.deleteIfExists(live.path());
      live = null;
    }
  }

  /** No flow goes on. */
  void forgetLive() throws IOException {
    abandonLive();
    Files.deleteIfExists(names.live());
  }
}
