package org.gotm.app.daemon;

import java.lang.foreign.Arena;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.ffm.libc.Libc;
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
    Settings.Output output = settings.output();
    boolean offline = settings.isOffline();
    return new OutputOptions(
        new OutputOptions.Naming(
            output.folder(),
            baseName,
            output.utc() ? ZoneOffset.UTC : ZoneId.systemDefault(),
            offline),
        new OutputOptions.Rotation(
            offline ? 0 : output.rotationInterval().toNanos(), output.rotationBytes().orElse(0L)),
        new OutputOptions.Format(output.precision(), settings.source().snaplen()),
        output.compression(),
        compressorThreads(settings),
        output.flushInterval().toNanos(),
        output.perWorker());
  }

  /**
   * Never more busy threads than processors, but a reader of files mostly waits for compressors.
   */
  private static int compressorThreads(Settings settings) {
    int processors = Runtime.getRuntime().availableProcessors();
    int workers =
        settings.isOffline()
            ? 0
            : settings.source().interfaces().size() * settings.source().workers();
    return Math.max(1, processors - workers);
  }
}
