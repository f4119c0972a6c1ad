package org.gotm.store;

import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.store.api.Compression;
import org.gotm.store.api.FinishedFile;
import org.gotm.store.file.AlignedTimes;
import org.gotm.store.file.InterfaceTable;
import org.gotm.store.file.LedgerText;
import org.gotm.store.retain.Retention;

/** What a recording was asked for; see {@link RecordingBuilder}. */
record RecordingOptions(
    Path folder,
    Optional<WritableByteChannel> stream,
    String name,
    ZoneId zone,
    boolean byPacketTime,
    long rotationNanos,
    long rotationBytes,
    Optional<AlignedTimes> aligned,
    RecordFormat format,
    Compression compression,
    int compressorThreads,
    long flushNanos,
    boolean perWorker,
    boolean skipEmpty,
    boolean index,
    boolean doorbell,
    Consumer<String> log,
    LongSupplier epochNanos,
    Consumer<FinishedFile> finished,
    Optional<Function<InterfaceTable, LedgerText>> ledgerText,
    Runnable yieldPriority,
    Optional<Retention> retention) {
  /** A packet may wait in its chunk, in the merge and in the file, and is compressed between. */
  private static final int STAGES = 4;

  /**
   * How long a packet may wait in one place, so that all of them together hold the flush interval.
   */
  long stageNanos() {
    return flushNanos / STAGES;
  }
}
