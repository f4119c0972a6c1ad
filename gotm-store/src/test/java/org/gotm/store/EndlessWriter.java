package org.gotm.store;

import java.io.IOException;
import java.nio.file.Path;
import org.gotm.core.capture.Counter;
import org.gotm.store.api.Compression;

/**
 * A process of its own that writes without end, to be killed: prints how many packets are on disk,
 * a line each time it looks.
 */
final class EndlessWriter {
  private EndlessWriter() {}

  /** Starts the process, which writes files named en0 and says when it is ready. */
  static Process start(Path folder, String compression) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            EndlessWriter.class.getName(),
            folder.toString(),
            compression)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    Compression compression = Rig.compressionNamed(arguments[1]);
    try (Rig rig = new Rig(folder).index().compression(compression).flushNanos(1_000_000).open()) {
      TestWorker worker = rig.expectedWorker(0);
      System.out.println("ready");
      while (!System.out.checkError()) {
        worker.sendMany(1 + worker.sent() % 700, Rig.START + worker.sent() * 1000L, 800);
        worker.flush();
        System.out.println(worker.ledger.get(Counter.WRITTEN));
      }
    }
  }
}
