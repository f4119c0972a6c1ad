package org.gotm.store.query;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.gotm.core.source.PacketSourceException;

/** When the packets of a capture file begin. */
final class FirstPacket {
  private FirstPacket() {}

  /** Nanoseconds since 1970; the latest there is if the file has none, or cannot be read. */
  static long nanos(Path file, Consumer<String> notes) throws IOException {
    try (FileSearch all =
        new FileSearch(
            Files.newInputStream(file),
            file.toString(),
            false,
            new Condition.All(),
            new PacketFacts(),
            () -> {})) {
      return all.advance() ? all.found().nanos() : Long.MAX_VALUE;
    } catch (NoSuchFileException e) {
      return Long.MAX_VALUE; // retention was faster
    } catch (PacketSourceException e) {
      notes.accept(e.getMessage());
      return Long.MAX_VALUE;
    }
  }
}
