package org.gotm.store.query;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.gotm.core.source.PacketSourceException;
import org.gotm.store.file.Doorbell;

/**
 * Looks for the packets of a query in the capture files of output folders, and writes them in the
 * order of time. A search is for one query; one thread.
 *
 * <p>Files are opened one after another, as their time comes, so memory does not depend on how many
 * there are. A file that is damaged is searched up to the damage, and one that is deleted meanwhile
 * is passed over; a line tells of the first.
 */
public final class Search {
  private final Query query;
  private final Limits limits;
  private final Consumer<String> notes;
  private final LongSupplier nanoClock;
  private final PacketFacts facts = new PacketFacts();
  private Optional<Runnable> show = Optional.empty();
  private final PriorityQueue<FileSearch> open =
      new PriorityQueue<>(
          Comparator.<FileSearch>comparingLong(search -> search.found().nanos())
              .thenComparing(FileSearch::name));
  private Deque<Capture> waiting = new ArrayDeque<>();
  private long deadline;
  private long looked;
  private int files;
  private Runnable watcher = () -> {};

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
   * Has the searching thread call this again and again, between packets, also while it finds none:
   * what it throws ends the search.
   *
   * @return this
   */
  public Search watchedBy(Runnable newWatcher) {
    watcher = newWatcher;
    return this;
  }

  /**
   * Asks this to show what recorders have in memory, instead of ringing at the folders' recorders.
   *
   * @return this
   */
  public Search shownBy(Runnable newShow) {
    show = Optional.of(newShow);
    return this;
  }

  /**
   * Searches folders, and writes the answer.
   *
   * @param out is flushed, not closed
   * @throws IOException if the answer cannot be written, or a folder not be read
   */
  public Answer run(List<Path> folders, AnswerFormat format, OutputStream out) throws IOException {
    deadline = nanoClock.getAsLong() + limits.time().toNanos();
    AnswerWriter answer = new AnswerWriter(out, format, limits);
    try {
      askToShow(folders);
      waiting = new Captures(query.condition(), notes, this::checkpoint).find(folders);
      writeAll(answer);
    } catch (TimeUp e) {
      answer.endByTime();
    } finally {
      closeAll();
    }
    answer.flush();
    return answer.answer(files, looked);
  }

  private void askToShow(List<Path> folders) throws IOException {
    if (show.isPresent()) {
      show.get().run();
      return;
    }
    for (Path folder : folders) {
      Doorbell.ringAll(folder, notes);
    }
  }

  private void writeAll(AnswerWriter answer) throws IOException {
    while (!answer.isFull()) {
      openDue();
      FileSearch earliest = open.poll();
      if (earliest == null) {
        return;
      }
      answer.write(earliest.found(), "");
      earliest.found().next();
      if (earliest.found().isEmpty()) {
        answer.flush(); // who asked need not wait until there is more
      }
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
              capture.isCurrent(),
              query.condition(),
              facts,
              this::checkpoint);
      files++;
      goOn(search);
    } catch (NoSuchFileException e) {
      // retention was faster
    } catch (PacketSourceException e) {
      note(e, capture.isCurrent());
    }
  }

  /** The end of a file that is written may be half a packet. */
  private void note(PacketSourceException e, boolean isCurrent) {
    if (!isCurrent) {
      notes.accept(e.getMessage());
    }
  }

  private void goOn(FileSearch search) {
    boolean hasMore = false;
    try {
      hasMore = search.advance();
    } catch (PacketSourceException e) {
      note(e, search.isCurrent());
    } finally {
      if (hasMore) {
        open.add(search);
      } else {
        close(search);
      }
    }
  }

  private void checkpoint() {
    watcher.run();
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
    waiting.forEach(Capture::close);
    waiting.clear();
  }
}
