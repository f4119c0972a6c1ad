package org.gotm.example;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.gotm.core.capture.Capture;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.source.PacketSource;
import org.gotm.ffm.Sources;

/** Prints each packet of an interface, or of a capture file, that is within its flow's cutoff. */
public final class EmbedExample {
  private EmbedExample() {}

  /** Takes the name of an interface or a file. */
  public static void main(String[] arguments) {
    Path file = Path.of(arguments[0]);
    PacketSource source =
        Files.exists(file)
            ? Sources.filtered(Sources.file(file), "ip or ip6")
            : Sources.of(arguments[0]).filter("ip or ip6").open().getFirst();
    try (Capture capture =
        Capture.from(source)
            .cutoff(Cutoff.of(100, 8192)) // packets, payload bytes
            .capacityFlows(100_000)
            .flowTimeout(Duration.ofSeconds(5))
            .onPacket(
                packet ->
                    System.out.printf(
                        "%d ns: %d of %d bytes, %s%n",
                        packet.timestampNanos(),
                        packet.caplen(),
                        packet.wireLength(),
                        packet.flow()))) {
      stopOnSignal(capture, Thread.currentThread());
      capture.run();
      System.out.println(capture.ledger());
    }
  }

  /** Drains the ring, and waits until the ledger is printed. */
  private static void stopOnSignal(Capture capture, Thread main) {
    Runnable stop =
        () -> {
          capture.stop();
          try {
            main.join();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    Runtime.getRuntime().addShutdownHook(new Thread(stop));
  }
}
