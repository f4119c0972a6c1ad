package org.gotm.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.gotm.core.capture.Heartbeat;
import org.gotm.core.failure.Reason;
import org.gotm.store.api.FinishedFile;
import org.gotm.store.file.Closer;
import org.gotm.store.file.CurrentFile;
import org.gotm.store.file.FileCounters;
import org.gotm.store.file.FileErrors;
import org.gotm.store.file.FileHeader;
import org.gotm.store.file.FileInterval;
import org.gotm.store.file.FileNames;
import org.gotm.store.file.FinishedNames;
import org.gotm.store.file.InterfaceTable;
import org.gotm.store.file.IntervalLedger;
import org.gotm.store.file.LedgerFiles;
import org.gotm.store.file.SeriesLock;
import org.gotm.store.file.SeriesOutput;
import org.gotm.store.index.Indexer;
import org.gotm.store.index.LiveIndex;
import org.gotm.store.repair.Leftovers;

/** A folder with files, its lock, and the threads that close files and mend what a crash left. */
final class FolderDestination implements Destination {
  /** A stop waits no longer for what an earlier run has left. */
  private static final long LEFTOVERS_MILLIS = 5000;

  private final RecordingOptions options;
  private final SeriesLock lock;
  private final FileNames names;
  private final Consumer<FinishedFile> listener;
  private final Optional<LedgerFiles> ledgers;
  private final Leftovers leftovers;
  private final Closer closer;
  private final LiveIndex index;

  /**
   * Takes over what an earlier run has left, and begins to mend it.
   *
   * @param lock of the names, closed with this
   * @param interfaces of the recording
   * @param index of the recording, or null for none
   * @param listener hears of each finished file; does not throw
   */
  FolderDestination(
      RecordingOptions options,
      SeriesLock lock,
      InterfaceTable interfaces,
      LiveIndex index,
      Consumer<FinishedFile> listener)
      throws IOException {
    this.options = options;
    this.lock = lock;
    this.index = index;
    this.listener = listener;
    names =
        new FileNames(
            options.folder(), options.name(), options.format().extension(), options.compression());
    FinishedNames finished = new FinishedNames(options.folder(), options.zone());
    ledgers =
        options
            .ledgerText()
            .map(text -> new LedgerFiles(finished, text.apply(interfaces), options.log()));
    leftovers =
        new Leftovers(
            names,
            finished,
            lock.own(),
            Path.of(""),
            options.log(),
            this::onMended,
            options.yieldPriority());
    leftovers.takeOver();
    closer =
        new Closer(
            names,
            finished,
            options.byPacketTime(),
            options.skipEmpty(),
            options.epochNanos(),
            options.log(),
            this::onFinished,
            leftovers::add);
  }

  /** A disk that takes files again may also take those that could not be mended before. */
  private void onFinished(FinishedFile file, FileInterval interval) {
    ledgers.ifPresent(to -> to.write(file, Optional.of(interval)));
    listener.accept(file);
    leftovers.retry();
  }

  private void onMended(FinishedFile file) {
    ledgers.ifPresent(to -> to.write(file, Optional.empty()));
    listener.accept(file);
    if (index != null) {
      makeIndex(file.path());
    }
  }

  /** The thread that mends files, which has time. */
  private void makeIndex(Path file) {
    try {
      String reason = new Indexer().index(file);
      if (reason != null) {
        options.log().accept("%s has no index: %s".formatted(file, reason));
      }
    } catch (IOException e) {
      options
          .log()
          .accept("%s has no index: %s; gotm index makes one".formatted(file, Reason.withFile(e)));
    }
  }

  @Override
  public FileErrors errors(String series, FileCounters counters) {
    return new FileErrors(options.folder(), names.current(series), counters, options.log());
  }

  @Override
  public SeriesOutput output(
      String series,
      FileHeader header,
      FileErrors errors,
      IntervalLedger interval,
      FileCounters counters,
      Arena memory) {
    return new CurrentFile(
        new CurrentFile.Options(series, header, options.rotationBytes(), options.stageNanos()),
        new CurrentFile.Parts(
            names, lock, closer, counters, errors, interval, index, leftovers::add, options.log()),
        memory);
  }

  @Override
  public boolean isSingle() {
    return false;
  }

  @Override
  public void hurry() {
    // a disk that hangs is waited for, until somebody abandons the recording
  }

  @Override
  public void finish() throws InterruptedException {
    closer.finish();
    leftovers.finish(LEFTOVERS_MILLIS);
  }

  @Override
  public void stop() {
    leftovers.stop();
  }

  @Override
  public void abandon(long millis) throws InterruptedException {
    closer.abandon(millis);
  }

  @Override
  public boolean standsStill(long nowNanos) {
    return closer.standsStill(nowNanos);
  }

  @Override
  public String standstill() {
    return "the disk has not answered for %d s or more; what comes waits in memory, and is lost when that is full"
        .formatted(Heartbeat.STANDSTILL_NANOS / 1_000_000_000);
  }

  @Override
  public boolean hasEnded() {
    return closer.hasEnded();
  }

  @Override
  public void close() {
    lock.close();
  }
}
