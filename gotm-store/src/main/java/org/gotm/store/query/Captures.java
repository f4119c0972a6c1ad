package org.gotm.store.query;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.gotm.store.index.Sidecar;

/**
 * Finds the capture files that may have answers to a query: first the files that are written, then
 * the finished ones. One that gets its finished name between is not taken twice. One thread.
 */
final class Captures {
  private final Condition condition;
  private final TimeRange range;
  private final Consumer<String> notes;
  private final Runnable checkpoint;
  private final List<Capture> found = new ArrayList<>();
  private final Set<Object> current = new HashSet<>();
  private int whole;

  /**
   * None found yet.
   *
   * @param notes hears of files that could not be searched as a whole
   * @param checkpoint called before each file; throws to end the search
   */
  Captures(Condition condition, Consumer<String> notes, Runnable checkpoint) {
    this.condition = condition;
    this.range = TimeRange.of(condition);
    this.notes = notes;
    this.checkpoint = checkpoint;
  }

  /** Those below these folders, by the time of their first answer. */
  Deque<Capture> find(List<Path> folders) throws IOException {
    for (Path folder : folders) {
      for (Path file : CaptureFolder.current(folder)) {
        checkpoint.run();
        addCurrent(file);
      }
      for (Path file : CaptureFolder.list(folder)) {
        checkpoint.run();
        addFinished(file);
      }
    }
    if (whole > 0) {
      notes.accept(
          "%d of the files have no index and are searched whole; gotm index FILE... makes it"
              .formatted(whole));
    }
    found.sort(Comparator.comparingLong(Capture::firstNanos));
    return new ArrayDeque<>(found);
  }

  /** A file that gets another name meanwhile stays open. */
  private void addCurrent(Path file) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
      current.add(identity(file));
    } catch (NoSuchFileException e) {
      return; // it has its finished name now
    }
    long length = channel.size();
    try (Sidecar sidecar = Sidecar.openOfCurrent(file)) {
      BitSet granules = sidecar == null ? null : lookUp(sidecar);
      found.add(new Capture(file, Long.MIN_VALUE, channel, length, sidecar, granules));
    } catch (NoSuchFileException e) {
      found.add(new Capture(file, Long.MIN_VALUE, channel, length, null, null));
    }
  }

  private static Object identity(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  private void addFinished(Path file) throws IOException {
    try (Sidecar sidecar = Sidecar.open(file)) {
      if (!current.isEmpty() && current.contains(identity(file))) {
        return;
      }
      if (sidecar != null) {
        addIndexed(file, sidecar);
        return;
      }
    } catch (Sidecar.InvalidSidecarException e) {
      notes.accept("%s: index not used: %s".formatted(file, e.getMessage()));
    } catch (NoSuchFileException e) {
      return; // retention was faster
    }
    long first = FirstPacket.nanos(file, notes);
    if (first <= range.to()) {
      whole++;
      found.add(new Capture(file, first, null, 0, null, null));
    }
  }

  private void addIndexed(Path file, Sidecar sidecar) throws IOException {
    boolean hasHoles = sidecar.hasHoles();
    if (!hasHoles && !range.overlaps(sidecar.firstNanos(), sidecar.lastNanos())) {
      return;
    }
    BitSet granules = lookUp(sidecar);
    int first = granules.nextSetBit(0);
    if (hasHoles || first >= 0) {
      long nanos = hasHoles ? Long.MIN_VALUE : sidecar.granule(first).firstNanos();
      found.add(new Capture(file, nanos, null, 0, sidecar, granules));
    }
  }

  private BitSet lookUp(Sidecar sidecar) throws IOException {
    return new IndexLookup(sidecar).find(condition, range);
  }
}
