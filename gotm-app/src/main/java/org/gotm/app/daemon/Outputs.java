package org.gotm.app.daemon;

import java.lang.foreign.Arena;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.ffm.linux.Libc;
import org.gotm.store.Output;
import org.gotm.store.OutputOptions;

/** Makes the output that the settings ask for. */
final class Outputs {
  private static final int NICE = 5;

  private Outputs() {}

  static Output open(Settings settings, String baseName, ChunkPool pool, Consumer<String> log) {
    return Output.open(
        options(settings, baseName), pool, log, Outputs::epochNanos, Outputs::yieldPriority);
  }

  private static void yieldPriority() {
    try (Arena arena = Arena.ofConfined()) {
      new Libc(arena).setThreadNice(NICE);
    }
  }

  private static long epochNanos() {
    return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
  }

  private static OutputOptions options(Settings settings, String baseName) {
    boolean offline = settings.isOffline();
    return new OutputOptions(
        new OutputOptions.Naming(
            settings.outputFolder(),
            baseName,
            settings.utc() ? ZoneOffset.UTC : ZoneId.systemDefault(),
            offline),
        new OutputOptions.Rotation(
            offline ? 0 : settings.rotationInterval().toNanos(),
            settings.rotationBytes().orElse(0L)),
        new OutputOptions.Format(settings.precision(), settings.snaplen()),
        settings.compression(),
        compressorThreads(settings),
        settings.flushInterval().toNanos(),
        settings.perWorker());
  }

  /**
   * Never more busy threads than processors, but a reader of files mostly waits for compressors.
   */
  private static int compressorThreads(Settings settings) {
    int processors = Runtime.getRuntime().availableProcessors();
    int workers = settings.isOffline() ? 0 : settings.interfaces().size() * settings.workers();
    return Math.max(1, processors - workers);
  }
}
