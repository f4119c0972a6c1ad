package org.gotm.store;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.chunk.Chunk;
import org.gotm.core.chunk.ChunkSink;
import org.gotm.store.api.RecordingException;

/**
 * The series of a recording, and which of them takes a chunk: one for each link type, or for all
 * where the files tell them apart, and of these one for each worker, if that was asked for. A
 * series begins when its worker does, or when its first chunk comes.
 *
 * <p>Thread rule: any thread calls any method. {@link #accept} never waits.
 */
final class Routes implements ChunkSink {
  private static final int ALL_WORKERS = -1;
  private static final int ALL_LINK_TYPES = -1;

  /** A series, and what the chunks have in common that go there. */
  private record Route(int linkType, int worker, Series series) {
    boolean takes(int chunkLinkType, int chunkWorker) {
      return (linkType == ALL_LINK_TYPES || linkType == chunkLinkType)
          && (worker == ALL_WORKERS || worker == chunkWorker);
    }
  }

  private final Series.Shared shared;
  private final RecordingOptions options;
  private volatile Route[] routes = {};
  private boolean ended;

  /** No series yet. */
  Routes(Series.Shared shared) {
    this.shared = shared;
    options = shared.options();
  }

  /** All series that there are now. */
  List<Series> series() {
    return Arrays.stream(routes).map(Route::series).toList();
  }

  @Override
  public void accept(Chunk chunk) {
    Series series = find(chunk.linkType(), chunk.worker());
    if (series == null) {
      series = findOrBegin(chunk.linkType(), chunk.worker());
    }
    if (series == null) {
      lose(chunk);
    } else {
      series.accept(chunk);
    }
  }

  private void lose(Chunk chunk) {
    chunk.ledger().addShared(Counter.LOST_WRITE_ERROR, chunk.packets());
    shared.pool().release(chunk);
  }

  private Series find(int linkType, int worker) {
    for (Route route : routes) {
      if (route.takes(linkType, worker)) {
        return route.series();
      }
    }
    return null;
  }

  /** The series of a chunk, or null if there is none and it is too late to begin one. */
  private synchronized Series findOrBegin(int linkType, int worker) {
    Series series = find(linkType, worker);
    if (series == null && !ended) {
      series = newSeries(linkType, worker);
      begin(linkType, worker, series);
    }
    return series;
  }

  /**
   * Makes the series of a worker with its current file, unless it is there, and lets its merge wait
   * for the worker.
   *
   * @throws IOException if the file cannot be made
   */
  synchronized void expect(int worker, int linkType, Ledger ledger) throws IOException {
    Series series = find(linkType, worker);
    if (series == null && !ended) {
      series = newSeries(linkType, worker);
      series.open();
      begin(linkType, worker, series);
    }
    if (series != null) {
      series.expect(worker, ledger);
    }
  }

  private Series newSeries(int linkType, int worker) {
    if (shared.destination().isSingle() && routes.length > 0) {
      throw new RecordingException(
          "write=-: packets of link type %d cannot follow those of %d in one pcap stream; use -format pcapng"
              .formatted(linkType, routes[0].linkType()));
    }
    boolean first =
        Arrays.stream(routes).noneMatch(r -> r.worker() == ALL_WORKERS || r.worker() == worker);
    String name =
        (options.perWorker() ? "_w" + worker : "") + (first ? "" : "_linktype" + linkType);
    return new Series(shared, name, linkType);
  }

  private void begin(int linkType, int worker, Series series) {
    Route[] more = Arrays.copyOf(routes, routes.length + 1);
    more[routes.length] =
        new Route(
            options.format().hasInterfaces() ? ALL_LINK_TYPES : linkType,
            options.perWorker() ? worker : ALL_WORKERS,
            series);
    series.start();
    routes = more;
  }

  /** No series begins any more: a chunk that has none is lost, and counted so. */
  synchronized void end() {
    ended = true;
  }

  /** True after {@link #end}. */
  synchronized boolean hasEnded() {
    return ended;
  }
}
