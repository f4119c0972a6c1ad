package org.gotm.store.flows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.gotm.core.failure.Reason;
import org.gotm.core.flow.FlowRecord;
import org.gotm.store.file.Doorbell;
import org.gotm.store.query.FlowQuery;
import org.gotm.store.query.Limits;

/**
 * Finds the records of flows in output folders: first of those that have ended, in the order in
 * which they did, then of those that go on. Reads each file once, in a fixed amount of memory. One
 * thread.
 */
public final class FlowSearch {
  private static final int LOOK_RECORDS = 1024;

  private final FlowQuery query;
  private final Limits limits;
  private final long beganNanos = System.nanoTime();
  private final FlowRow row;
  private final Consumer<String> notes;
  private final Set<Shown> since = new HashSet<>();
  private Runnable watcher = () -> {};
  private long looked;
  private long found;
  private long bytes;
  private String cutShort = "";

  /** A record by what tells it from others, whether its flow has ended since or not. */
  private record Shown(long number, long firstNanos) {
    static Shown of(FlowRecord flow) {
      return new Shown(flow.number(), flow.firstNanos());
    }
  }

  /** Where records go. */
  @FunctionalInterface
  public interface Target {
    /**
     * Takes a row, which is valid during the call.
     *
     * @return bytes that it has become
     */
    int accept(FlowRow row) throws IOException;
  }

  /** Has recorders show their flows that go on. */
  @FunctionalInterface
  public interface Show {
    /** Answers the files where they are, for a folder of flow records. */
    List<Path> run(Path folder) throws IOException;
  }

  /**
   * A search.
   *
   * @param limits of the answer, in records instead of packets
   * @param sensor what rows call the sensor, or null
   * @param notes hears, in one line each, of files that cannot be read
   */
  public FlowSearch(FlowQuery query, Limits limits, String sensor, Consumer<String> notes) {
    this.query = query;
    this.limits = limits;
    this.notes = notes;
    row = new FlowRow(sensor);
  }

  /**
   * Has this called again and again; what it throws ends the search.
   *
   * @return this
   */
  public FlowSearch watchedBy(Runnable newWatcher) {
    watcher = newWatcher;
    return this;
  }

  /**
   * Searches output folders; asks the recorders there for their flows that go on.
   *
   * @return false if a limit ended it
   */
  public boolean run(List<Path> outputs, Target target) throws IOException {
    return run(outputs, this::ring, target);
  }

  private List<Path> ring(Path folder) throws IOException {
    return Doorbell.ringAll(folder, "*" + SpoolNames.SOCKET, notes).stream()
        .map(SpoolNames::live)
        .toList();
  }

  /**
   * Searches output folders.
   *
   * @return false if a limit ended it
   */
  public boolean run(List<Path> outputs, Show show, Target target) throws IOException {
    for (Path output : outputs) {
      Path folder = SpoolNames.folder(output);
      if (Files.isDirectory(folder) && !search(folder, show, target)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Files are read up to where they end when it is known which flows go on: none of these has ended
   * there, but those that have done so while they were shown.
   */
  private boolean search(Path folder, Show show, Target target) throws IOException {
    Map<String, Long> before = sizes(folder);
    List<SpoolReader> live = openAll(show.run(folder));
    try {
      Map<String, Long> now = sizes(folder);
      before.forEach(now::putIfAbsent); // a listing may miss what is renamed just then
      since.clear();
      for (Map.Entry<String, Long> file : now.entrySet()) {
        Path path = folder.resolve(file.getKey());
        if (!read(path, before.getOrDefault(file.getKey(), 0L), file.getValue(), target)) {
          return false;
        }
      }
      for (SpoolReader reader : live) {
        if (!read(reader, Long.MAX_VALUE, Long.MAX_VALUE, target)) {
          return false;
        }
      }
      return true;
    } finally {
      for (SpoolReader reader : live) {
        reader.close();
      }
    }
  }

  /** Where files end now, by the name that they have when they are finished; the oldest first. */
  private static Map<String, Long> sizes(Path folder) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    for (Path file : SpoolNames.spools(folder)) {
      sizes.put(SpoolNames.stem(file), sizeOf(file));
    }
    return sizes;
  }

  private static long sizeOf(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      Path finished = SpoolNames.finished(file);
      return finished.equals(file) ? 0 : sizeOf(finished); // or it was deleted just now
    }
  }

  private List<SpoolReader> openAll(List<Path> files) throws IOException {
    List<SpoolReader> readers = new ArrayList<>();
    for (Path file : files) {
      SpoolReader reader = open(List.of(file));
      if (reader != null) {
        readers.add(reader);
      }
    }
    return readers;
  }

  private boolean read(Path file, long sizeBefore, long size, Target target) throws IOException {
    List<Path> names = List.of(file, SpoolNames.temporary(file), file); // it may be finished now
    try (SpoolReader reader = open(names)) {
      return reader == null || read(reader, sizeBefore, size, target);
    }
  }

  /** Opens a file by the first of its names that it has; null if it is gone, or cannot be read. */
  private SpoolReader open(List<Path> names) throws IOException {
    for (Path name : names) {
      try {
        return new SpoolReader(name);
      } catch (NoSuchFileException e) {
        // it has another name, or was deleted
      } catch (SpoolFormatException e) {
        notes.accept(e.getMessage());
        return null;
      } catch (IOException e) {
        notes.accept("%s cannot be read: %s".formatted(name, Reason.of(e)));
        return null;
      }
    }
    return null;
  }

  private boolean read(SpoolReader reader, long sizeBefore, long size, Target target)
      throws IOException {
    SpoolTimes times = reader.times();
    if (!query.mayBeBetween(times.first(), times.last()) && size <= sizeBefore) {
      return true;
    }
    for (FlowRecord flow = reader.next();
        flow != null && reader.position() <= size;
        flow = reader.next()) {
      boolean isLive = flow.endReason() == FlowRecord.LIVE;
      if (!isLive && reader.position() > sizeBefore) {
        since.add(Shown.of(flow));
      }
      boolean isTold = isLive && since.contains(Shown.of(flow));
      if (!isTold && query.matches(flow)) {
        bytes += target.accept(row.at(flow, reader.header()));
        found++;
      }
      if (!goesOn()) {
        return false;
      }
    }
    return true;
  }

  private boolean goesOn() {
    if (limits.packets() > 0 && found >= limits.packets()) {
      cutShort = "limit of %d flows".formatted(limits.packets());
    } else if (limits.bytes() > 0 && bytes >= limits.bytes()) {
      cutShort = "limit of %d bytes".formatted(limits.bytes());
    } else if (++looked % LOOK_RECORDS == 0) {
      watcher.run();
      if (!limits.time().isZero() && System.nanoTime() - beganNanos > limits.time().toNanos()) {
        cutShort = "limit of %d seconds".formatted(limits.time().toSeconds());
      }
    }
    return cutShort.isEmpty();
  }

  /** The limit that ended the search, in words; empty if none did. */
  public String cutShort() {
    return cutShort;
  }

  /** Records found. */
  public long found() {
    return found;
  }
}
