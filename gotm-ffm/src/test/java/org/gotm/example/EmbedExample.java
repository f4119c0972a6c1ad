package org.gotm.example;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.gotm.core.capture.Capture;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.source.PacketSource;
import org.gotm.ffm.pcap.PcapOptions;
import org.gotm.ffm.pcap.PcapSource;

/** Prints each packet of an interface, or of a capture file, that is within its flow's cutoff. */
public final class EmbedExample {
  private EmbedExample() {}

  /** Takes the name of an interface or a file. */
  public static void main(String[] arguments) {
    Path file = Path.of(arguments[0]);
    PacketSource source =
        Files.exists(file)
            ? PcapSource.openOffline(file, "ip or ip6")
            : PcapSource.open(arguments[0], PcapOptions.defaults().withFilter("ip or ip6"));
    try (Capture capture =
        Capture.from(source)
            .cutoff(Cutoff.of(100, 8192)) // packets, payload bytes
            .capacityFlows(100_000)
            .flowTimeout(Duration.ofSeconds(5))
            .onPacket(
                (segment, offset, caplen, wireLength, timestampNanos) ->
                    System.out.printf(
                        "%d ns: %d of %d bytes%n", timestampNanos, caplen, wireLength))) {
      Runtime.getRuntime().addShutdownHook(new Thread(capture::stop));
      capture.run();
      System.out.println(capture.ledger());
    }
  }
}
