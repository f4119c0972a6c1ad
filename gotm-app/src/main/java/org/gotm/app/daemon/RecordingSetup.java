package org.gotm.app.daemon;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.Consumer;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.store.Recording;
import org.gotm.store.RecordingBuilder;

/**
 * Opens the recording that the settings ask for.
 *
 * @param pool for its chunks
 * @param yieldPriority run by its threads that may wait
 */
record RecordingSetup(
    Settings settings, ChunkPool pool, Consumer<String> log, Runnable yieldPriority) {

  /**
   * Opens it, which repairs what a crash left.
   *
   * @param sources that capture at the same time, a thread each
   */
  Recording open(int sources) {
    Settings.Output output = settings.output();
    RecordingBuilder builder =
        (output.toStandardOutput()
                ? Recording.to(StandardOutput.open())
                : Recording.into(output.folder()))
            .name(settings.source().name())
            .zone(output.utc() ? ZoneOffset.UTC : ZoneId.systemDefault())
            .rotation(output.rotationInterval())
            .aligned(settings.files().aligned())
            .rotationBytes(output.rotationBytes().orElse(0L))
            .format(FileContents.format(settings))
            .compression(output.compression())
            .compressorThreads(compressorThreads(sources))
            .flush(output.flushInterval())
            .perWorker(output.perWorker())
            .skipEmpty(output.skipEmpty())
            .index(settings.files().indexed())
            .doorbell(!settings.isOffline())
            .pool(pool)
            .log(log)
            .yieldPriority(yieldPriority);
    if (!output.toStandardOutput() && (!settings.isOffline() || !settings.retention().isOff())) {
      builder.retention(settings.retention());
    }
    if (settings.files().fileLedger()) {
      builder.fileLedgers(settings.files().application(), FileContents.options(settings));
    }
    return settings.isOffline() ? builder.byPacketTime().open() : builder.open();
  }

  /**
   * Never more busy threads than processors, but a reader of files mostly waits for compressors.
   */
  private static int compressorThreads(int sources) {
    return Math.max(1, Runtime.getRuntime().availableProcessors() - sources);
  }
}
