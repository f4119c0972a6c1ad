package org.gotm.app.daemon;

import java.lang.foreign.Arena;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.Consumer;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.ffm.linux.Libc;
import org.gotm.store.Recording;

/** Makes the output that the settings ask for. */
final class Outputs {
  private static final int NICE = 5;

  private Outputs() {}

  static Recording open(Settings settings, String baseName, ChunkPool pool, Consumer<String> log) {
    Recording.Builder builder =
        Recording.into(settings.outputFolder())
            .name(baseName)
            .zone(settings.utc() ? ZoneOffset.UTC : ZoneId.systemDefault())
            .rotation(settings.rotationInterval())
            .rotationBytes(settings.rotationBytes().orElse(0L))
            .format(RecordFormat.pcap(settings.precision(), settings.snaplen()))
            .compression(settings.compression())
            .compressorThreads(compressorThreads(settings))
            .flush(settings.flushInterval())
            .perWorker(settings.perWorker())
            .pool(pool)
            .log(log)
            .yieldPriority(Outputs::yieldPriority);
    return settings.isOffline() ? builder.byPacketTime().open() : builder.open();
  }

  private static void yieldPriority() {
    try (Arena arena = Arena.ofConfined()) {
      new Libc(arena).setThreadNice(NICE);
    }
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
