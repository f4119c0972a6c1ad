package org.gotm.store.flows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.gotm.core.flow.FlowRecord;
import org.gotm.store.file.Doorbell;
import org.gotm.store.file.ErrorState;
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

  private boolean search(Path folder, Show show, Target target) throws IOException {
    Map<String, Long> sizes = new HashMap<>();
    for (Path file : SpoolNames.spools(folder)) {
      sizes.put(SpoolNames.stem(file), sizeOf(file));
    }
    List<Path> live = show.run(folder);
    since.clear();
    for (Path file : SpoolNames.spools(folder)) {
      if (!read(file, sizes.getOrDefault(SpoolNames.stem(file), 0L), target)) {
        return false;
      }
    }
    for (Path file : live) {
      if (!read(file, Long.MAX_VALUE, target)) {
        return false;
      }
    }
    return true;
  }

  private static long sizeOf(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return 0; // it was finished just now, or deleted
    }
  }

  private boolean read(Path file, long sizeBefore, Target target) throws IOException {
    try (SpoolReader reader = open(file)) {
      return reader == null || read(reader, sizeBefore, target);
    } catch (SpoolFormatException e) {
      notes.accept(e.getMessage());
      return true;
    }
  }

  /** Under the other name if it was finished meanwhile; null if it was deleted. */
  private SpoolReader open(Path file) throws IOException {
    try {
      return new SpoolReader(file);
    } catch (NoSuchFileException e) {
      Path finished = file.resolveSibling(SpoolNames.stem(file));
      return finished.equals(file) || Files.notExists(finished) ? null : new SpoolReader(finished);
    } catch (SpoolFormatException e) {
      throw e;
    } catch (IOException e) {
      notes.accept("%s cannot be read: %s".formatted(file, ErrorState.reason(e)));
      return null;
    }
  }

  private boolean read(SpoolReader reader, long sizeBefore, Target target) throws IOException {
    SpoolTimes times = reader.times();
    if (!query.mayBeBetween(times.first(), times.last()) && reader.length() <= sizeBefore) {
      return true;
    }
    for (FlowRecord flow = reader.next(); flow != null; flow = reader.next()) {
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
