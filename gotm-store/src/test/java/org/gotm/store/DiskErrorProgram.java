package org.gotm.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.core.capture.Counter;

/**
 * Makes a short recording of three files again and again, each time in a folder of its own, while
 * one call after the other fails, until there is none of that number. Prints the account of each.
 */
final class DiskErrorProgram {
  private static final int[] PACKETS = {40, 400, 40}; // of 1000 bytes: gathered, in place, gathered

  private DiskErrorProgram() {}

  /** Takes the folder of folders, the file that names the call, the kind of call, compression. */
  public static void main(String[] arguments) throws IOException {
    Path parent = Files.createDirectories(Path.of(arguments[0]));
    Path faults = Path.of(arguments[1]);
    String kind = arguments[2];
    boolean failed = true;
    for (int n = 1; failed; n++) {
      Path out = parent.resolve(kind + n);
      TestWorker worker = record(out, faults, kind + " " + n, arguments[3]);
      failed = Files.size(faults) == 0;
      Files.writeString(faults, "");
      if (!kind.equals("fsync")) { // what was not synced is lost, though the next start may find it
        startAgain(out);
      }
      if (failed) {
        System.out.println(out.getFileName() + ": " + worker.ledger);
        System.out.println("unsynced: " + worker.ledger.get(Counter.UNSYNCED));
      }
    }
  }

  private static TestWorker record(Path out, Path faults, String call, String compression)
      throws IOException {
    try (Rig rig =
        new Rig(out).compression(Rig.compressionNamed(compression)).flushNanos(1_000_000).open()) {
      TestWorker worker = rig.expectedWorker(0);
      Files.writeString(faults, call);
      for (int i = 0; i < PACKETS.length; i++) {
        worker.sendMany(PACKETS[i], Rig.START, 1000);
        worker.flush();
        while (worker.ledger.inMemory() > 0) {
          Thread.onSpinWait();
        }
        rig.clock.addAndGet(Rig.SECOND);
        rig.recording.rotate();
        while (rig.log.count("Rotating") <= i) {
          Thread.onSpinWait();
        }
      }
      rig.recording.finish();
      return worker;
    }
  }

  private static void startAgain(Path out) {
    try (Rig rig = new Rig(out).open()) {
      rig.recording.finish();
    }
  }
}
