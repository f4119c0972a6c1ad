package org.gotm.store.query;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.gotm.core.failure.Reason;
import org.gotm.store.file.OwnFiles;
import org.gotm.store.index.Sidecar;

/**
 * Finds the capture files that may have answers to a query: first the files that are written, then
 * the finished ones. One that gets its finished name between is not taken twice. Used by one
 * thread.
 */
final class Captures {
  /** So many at once are read as quickly as a disk of today can. */
  private static final int READERS = 16;

  private final Condition condition;
  private final TimeRange range;
  private final Consumer<String> notes;
  private final Runnable checkpoint;
  private final List<Capture> found = new ArrayList<>();
  private final Set<Object> current = new HashSet<>();
  private int whole;

  /** What is said of a file, and the file if answers may be there, or null. */
  private record Look(Capture capture, List<String> notes) {}

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
      while (addCurrents(folder)) {
        // one that got another name meanwhile is found under that
      }
      addFinished(CaptureFolder.list(folder));
    }
    if (whole > 0) {
      notes.accept(
          "%d of the files have no index and are searched whole; gotm index FILE... makes it"
              .formatted(whole));
    }
    found.sort(Comparator.comparingLong(Capture::firstNanos));
    return new ArrayDeque<>(found);
  }

  /** True if there was a file that had not been seen, or that is not to be had any more. */
  private boolean addCurrents(Path folder) throws IOException {
    boolean isNews = false;
    for (Path file : CaptureFolder.current(folder)) {
      checkpoint.run();
      Object identity = OwnFiles.identity(file);
      isNews |= identity == null || !current.contains(identity) && addCurrent(file, identity);
    }
    return isNews;
  }

  /** Always true. The file and its index are one another's if the name is still the file's then. */
  private boolean addCurrent(Path file, Object identity) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return true;
    }
    long length = channel.size();
    Capture capture;
    try (Sidecar sidecar = Sidecar.openOfCurrent(file)) {
      BitSet granules = sidecar == null ? null : lookUp(sidecar);
      capture = new Capture(file, Long.MIN_VALUE, channel, length, sidecar, granules);
    } catch (Sidecar.InvalidSidecarException | NoSuchFileException e) {
      capture = new Capture(file, Long.MIN_VALUE, channel, length, null, null);
    }
    if (identity.equals(OwnFiles.identity(file))) {
      found.add(capture);
      current.add(identity);
    } else {
      channel.close();
    }
    return true;
  }

  /** Looks into many indexes at once, as a disk answers many questions as quickly as one. */
  private void addFinished(List<Path> files) throws IOException {
    ExecutorService readers =
        Executors.newFixedThreadPool(READERS, Thread.ofPlatform().daemon().factory());
    try {
      List<Future<Look>> looks = new ArrayList<>();
      for (Path file : files) {
        looks.add(readers.submit(() -> look(file)));
      }
      for (Future<Look> look : looks) {
        checkpoint.run();
        add(get(look));
      }
    } finally {
      readers.shutdownNow();
    }
  }

  private static Look get(Future<Look> look) throws IOException {
    try {
      return look.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw new IOException(Reason.withFile(io), io);
      }
      throw new IllegalStateException("an index cannot be looked into", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private void add(Look look) {
    look.notes().forEach(notes);
    if (look.capture() != null) {
      found.add(look.capture());
      whole += look.capture().sidecar() == null ? 1 : 0;
    }
  }

  private Look look(Path file) throws IOException {
    List<String> said = new ArrayList<>();
    return new Look(finished(file, said), said);
  }

  /** Null if no answer can be in the file. */
  private Capture finished(Path file, List<String> said) throws IOException {
    try (Sidecar sidecar = Sidecar.open(file)) {
      if (!current.isEmpty() && current.contains(OwnFiles.identity(file))) {
        return null;
      }
      if (sidecar != null) {
        return indexed(file, sidecar);
      }
    } catch (Sidecar.InvalidSidecarException e) {
      said.add("%s: index not used: %s".formatted(file, e.getMessage()));
    } catch (NoSuchFileException e) {
      return null; // retention was faster
    }
    long first = FirstPacket.nanos(file, said::add);
    return first > range.to() ? null : new Capture(file, first, null, 0, null, null);
  }

  private Capture indexed(Path file, Sidecar sidecar) throws IOException {
    boolean hasHoles = sidecar.hasHoles();
    if (!hasHoles && !range.overlaps(sidecar.firstNanos(), sidecar.lastNanos())) {
      return null;
    }
    BitSet granules = lookUp(sidecar);
    int first = granules.nextSetBit(0);
    if (!hasHoles && first < 0) {
      return null;
    }
    long nanos = hasHoles ? Long.MIN_VALUE : sidecar.granule(first).firstNanos();
    return new Capture(file, nanos, null, 0, sidecar, granules);
  }

  private BitSet lookUp(Sidecar sidecar) throws IOException {
    return new IndexLookup(sidecar).find(condition, range);
  }
}
