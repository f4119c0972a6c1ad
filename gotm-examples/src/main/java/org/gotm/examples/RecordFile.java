package org.gotm.examples;

import java.nio.file.Path;
import org.gotm.core.capture.Capture;
import org.gotm.core.capture.Ledger;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.source.PacketSource;
import org.gotm.ffm.Sources;
import org.gotm.store.Recording;
import org.gotm.store.api.Compression;

/** Records what is within the cutoff of its flow to rotating, compressed files. */
public final class RecordFile {
  private RecordFile() {}

  /** Takes a capture file and a folder for the files. */
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[1]);
    System.out.println(record(Sources.file(Path.of(arguments[0])), folder));
  }

  /**
   * Reads a source, which may as well be an interface, to its end.
   *
   * @param source is closed
   * @return the account of every packet
   */
  public static Ledger record(PacketSource source, Path folder) {
    try (Recording recording =
            Recording.into(folder)
                .name("example")
                .compression(Compression.zstd())
                .onFinished(file -> System.out.println(file.path() + ": " + file.packets()))
                .open();
        Capture capture = Capture.from(source).cutoff(Cutoff.of(100, 8192)).to(recording)) {
      capture.run();
      recording.finish();
      return capture.ledger();
    }
  }
}
