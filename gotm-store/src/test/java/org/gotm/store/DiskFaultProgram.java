package org.gotm.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.core.capture.Counter;

/**
 * A recording in a process of its own, whose fsync and rename are another's: 100 packets, a
 * rotation under a fault, 50 packets more. Prints a line for each thing it saw.
 */
final class DiskFaultProgram {
  private DiskFaultProgram() {}

  /**
   * Takes the output folder, the file that says which fault is on, the fault, and how to end in
   * haste, if so.
   */
  public static void main(String[] arguments) throws IOException {
    Path faults = Path.of(arguments[1]);
    String fault = arguments[2];
    try (Rig rig = new Rig(Path.of(arguments[0])).flushNanos(1_000_000).open()) {
      TestWorker worker = rig.expectedWorker(0);
      if (fault.equals("folder")) { // or folders that are not there yet could not be made
        rotate(rig);
        rig.log.await("moved", 1);
      }
      send(worker, 100, 100);
      Files.writeString(faults, fault);
      if (fault.equals("quota") || fault.equals("abort") || fault.equals("readonly")) {
        sendUnderFault(rig, worker, faults);
        return;
      }
      if (arguments.length > 3) {
        end(rig, worker, arguments[3]);
        return;
      }
      rig.clock.addAndGet(Rig.SECOND);
      rotate(rig);
      if (!fault.equals("hang")) {
        rig.log.await("cannot ", 1);
        System.out.println("error: " + rig.recording.error());
        System.out.println("then: " + worker.ledger);
        Files.writeString(faults, "");
      }
      send(worker, 50, 150);
      System.out.println("moved meanwhile: " + rig.log.count("moved"));
      Files.writeString(faults, "");
      rig.clock.addAndGet(Rig.SECOND);
      rotate(rig);
      rig.log.await("moved", 1);
      rig.recording.finish();
      System.out.println("error: " + rig.recording.error());
      System.out.println("at last: " + worker.ledger);
      System.out.println("log cannot move: " + rig.log.count("cannot move"));
      System.out.println("log leftover: " + rig.log.count("leftover"));
      rig.finished.forEach(file -> System.out.println("finished: " + file.packets()));
    }
  }

  /** More than a file takes while it can neither be written nor shortened. */
  private static void sendUnderFault(Rig rig, TestWorker worker, Path faults) throws IOException {
    worker.sendMany(3000, Rig.START, 1000);
    worker.flush();
    rig.log.await("cannot write", 1);
    while (worker.ledger.inMemory() > 0) {
      Thread.onSpinWait();
    }
    System.out.println("then: " + worker.ledger);
    Files.writeString(faults, "");
    long written = worker.ledger.get(Counter.WRITTEN);
    while (worker.ledger.get(Counter.WRITTEN) < written + 50) {
      worker.sendMany(1, Rig.START, 500);
      worker.flush();
    }
    rig.clock.addAndGet(Rig.SECOND);
    rig.recording.finish();
    System.out.println("at last: " + worker.ledger);
  }

  /** Ends in haste while the disk does not keep what was written, or does not answer. */
  private static void end(Rig rig, TestWorker worker, String how) {
    if (how.equals("closing")) { // the closer has a file in hand, the output thread the next
      rotate(rig);
      send(worker, 50, 150);
    }
    if (how.equals("dead")) {
      rig.log.failAt("Rotating");
      rig.recording.rotate();
      rig.log.await("cannot sync", 1);
    }
    rig.recording.abandon();
    System.out.println("then: " + worker.ledger);
    System.out.println("unsynced: " + worker.ledger.get(Counter.UNSYNCED));
    System.exit(0); // a thread that hangs keeps files open
  }

  /** A rotation that has begun: what is sent from now on is in the next file. */
  private static void rotate(Rig rig) {
    int before = (int) rig.log.count("Rotating");
    rig.recording.rotate();
    rig.log.await("Rotating", before + 1);
  }

  private static void send(TestWorker worker, int packets, long written) {
    worker.sendMany(packets, Rig.START, 500);
    worker.flush();
    while (worker.ledger.get(Counter.WRITTEN) < written) {
      Thread.onSpinWait();
    }
  }
}
