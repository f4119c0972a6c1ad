package org.gotm.store.query;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.gotm.core.source.PacketSourceException;
import org.gotm.store.index.Sidecar;

/**
 * Looks for the packets of a query in the capture files of output folders, and writes them in the
 * order of time. A search is for one query; one thread.
 *
 * <p>Files are opened one after another, as their time comes, so memory does not depend on how many
 * there are. A file that is damaged is searched up to the damage, and one that is deleted meanwhile
 * is passed over; a line tells of the first.
 */
public final class Search {
  private static final long FIRST_BYTES = 16;

  private final Query query;
  private final Limits limits;
  private final Consumer<String> notes;
  private final LongSupplier nanoClock;
  private final PacketFacts facts = new PacketFacts();
  private final PriorityQueue<FileSearch> open =
      new PriorityQueue<>(
          Comparator.<FileSearch>comparingLong(search -> search.found().nanos())
              .thenComparing(FileSearch::name));
  private Deque<Capture> waiting = new ArrayDeque<>();
  private long deadline;
  private long packets;
  private long bytes = FIRST_BYTES;
  private long leftOut;
  private long looked;
  private int files;
  private int whole;
  private String cutShort = "";

  /**
   * A file whose time has not come.
   *
   * @param granules where answers may be; null if the whole file is to be searched
   */
  private record Capture(Path file, long firstNanos, Sidecar sidecar, BitSet granules) {
    InputStream open() throws IOException {
      return sidecar == null
          ? Files.newInputStream(file)
          : new PartsInput(FileChannel.open(file, StandardOpenOption.READ), sidecar, granules);
    }
  }

  /** Thrown by the checkpoint when time is up. */
  private static final class TimeUp extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /**
   * A search that has not begun.
   *
   * @param notes hears of files that could not be searched as a whole
   * @param nanoClock for the limit of time
   */
  public Search(Query query, Limits limits, Consumer<String> notes, LongSupplier nanoClock) {
    this.query = query;
    this.limits = limits;
    this.notes = notes;
    this.nanoClock = nanoClock;
  }

  /**
   * Searches folders, and writes the answer.
   *
   * @param out is flushed, not closed
   * @throws IOException if the answer cannot be written, or a folder not be read
   */
  public Answer run(List<Path> folders, AnswerFormat format, OutputStream out) throws IOException {
    deadline = nanoClock.getAsLong() + limits.time().toNanos();
    AnswerStream answer = new AnswerStream(out, format);
    try {
      waiting = captures(folders);
      writeAll(answer);
    } catch (TimeUp e) {
      cutShort = "limit of time %s".formatted(limits.time());
    } finally {
      closeAll();
    }
    answer.flush();
    return new Answer(packets, bytes, leftOut, files, looked, cutShort);
  }

  /** Those that may have answers, by their first packets' times. */
  private Deque<Capture> captures(List<Path> folders) throws IOException {
    TimeRange range = TimeRange.of(query.condition());
    List<Capture> captures = new ArrayList<>();
    for (Path folder : folders) {
      for (Path file : CaptureFolder.list(folder)) {
        checkpoint();
        Capture capture = capture(file, range);
        if (capture != null) {
          captures.add(capture);
        }
      }
    }
    if (whole > 0) {
      notes.accept(
          "%d of the files have no index and are searched whole; gotm index FILE... makes it"
              .formatted(whole));
    }
    captures.sort(Comparator.comparingLong(Capture::firstNanos));
    return new ArrayDeque<>(captures);
  }

  /** Null if no answer can be in the file. */
  private Capture capture(Path file, TimeRange range) throws IOException {
    try (Sidecar sidecar = Sidecar.open(file)) {
      if (sidecar != null) {
        return indexed(file, sidecar, range);
      }
    } catch (Sidecar.InvalidSidecarException e) {
      notes.accept("%s: index not used: %s".formatted(file, e.getMessage()));
    } catch (NoSuchFileException e) {
      return null; // retention was faster
    }
    long first = FirstPacket.nanos(file, notes);
    if (first > range.to()) {
      return null;
    }
    whole++;
    return new Capture(file, first, null, null);
  }

  private Capture indexed(Path file, Sidecar sidecar, TimeRange range) throws IOException {
    if (!range.overlaps(sidecar.firstNanos(), sidecar.lastNanos())) {
      return null;
    }
    BitSet granules = new IndexLookup(sidecar).find(query.condition(), range);
    int first = granules.nextSetBit(0);
    return first < 0
        ? null
        : new Capture(file, sidecar.granule(first).firstNanos(), sidecar, granules);
  }

  private void writeAll(AnswerStream answer) throws IOException {
    while (cutShort.isEmpty()) {
      openDue();
      FileSearch earliest = open.poll();
      if (earliest == null) {
        return;
      }
      write(earliest.found(), answer);
      earliest.found().next();
      goOn(earliest);
    }
  }

  /** Opens each file that may have a packet before the earliest at hand. */
  private void openDue() throws IOException {
    while (!waiting.isEmpty()
        && (open.isEmpty() || waiting.peek().firstNanos() <= open.peek().found().nanos())) {
      open(waiting.poll());
    }
  }

  private void open(Capture capture) throws IOException {
    try {
      FileSearch search =
          new FileSearch(
              capture.open(),
              capture.file().toString(),
              query.condition(),
              facts,
              this::checkpoint);
      files++;
      goOn(search);
    } catch (NoSuchFileException e) {
      // retention was faster
    } catch (PacketSourceException e) {
      notes.accept(e.getMessage());
    }
  }

  private void goOn(FileSearch search) {
    boolean hasMore = false;
    try {
      hasMore = search.advance();
    } catch (PacketSourceException e) {
      notes.accept(e.getMessage());
    } finally {
      if (hasMore) {
        open.add(search);
      } else {
        close(search);
      }
    }
  }

  private void write(Found packet, AnswerStream answer) throws IOException {
    if (!answer.write(packet)) {
      leftOut++;
      return;
    }
    packets++;
    bytes += AnswerStream.RECORD_LENGTH + packet.caplen();
    if (limits.packets() > 0 && packets >= limits.packets()) {
      cutShort = "limit of %d packets".formatted(limits.packets());
    } else if (limits.bytes() > 0 && bytes >= limits.bytes()) {
      cutShort = "limit of %d bytes".formatted(limits.bytes());
    }
  }

  private void checkpoint() {
    if (!limits.time().isZero() && nanoClock.getAsLong() - deadline > 0) {
      throw new TimeUp();
    }
  }

  private void close(FileSearch search) {
    looked += search.packets();
    search.close();
  }

  private void closeAll() {
    open.forEach(this::close);
    open.clear();
  }
}
