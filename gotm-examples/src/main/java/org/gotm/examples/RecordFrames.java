package org.gotm.examples;

import java.nio.file.Path;
import java.time.Duration;
import org.gotm.core.packet.LinkType;
import org.gotm.store.RecordedPackets;
import org.gotm.store.Recording;

/** Writes packets that come from anywhere, such as a simulation, to capture files. */
public final class RecordFrames {
  private static final long SECOND_NANOS = 1_000_000_000;

  private RecordFrames() {}

  /** Takes a folder for the files. */
  public static void main(String[] arguments) {
    try (Recording recording =
            Recording.into(Path.of(arguments[0])).rotation(Duration.ofMinutes(1)).open();
        RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
      for (int second = 0; second < 10; second++) {
        byte[] frame = new byte[60];
        packets.add(frame, 1_700_000_000L * SECOND_NANOS + second * SECOND_NANOS);
      }
    }
  }
}
