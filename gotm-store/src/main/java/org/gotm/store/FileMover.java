package org.gotm.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Makes room for the current file of a series, and gives it its finished name. One thread. */
final class FileMover {
  private final OutputParts parts;
  private final String series;
  private final Path current;
  private final FileTrouble trouble;

  /** For the series of that name. */
  FileMover(OutputParts parts, String series, Path current, FileTrouble trouble) {
    this.parts = parts;
    this.series = series;
    this.current = current;
    this.trouble = trouble;
  }

  /** Puts aside what has the current file's name because it could not be moved. */
  void makeRoom() throws IOException {
    if (Files.exists(current, LinkOption.NOFOLLOW_LINKS)) {
      parts.leftovers().putAside(current);
    }
  }

  /**
   * Moves a complete file. If that fails the file stays, for {@link #makeRoom} or the next start.
   *
   * @param lastPacketNanos time of its last packet, or {@link Long#MIN_VALUE}
   */
  void finish(long lastPacketNanos, long nowNanos) {
    OutputOptions options = parts.options();
    boolean byPackets = options.naming().byPacketTime() && lastPacketNanos != Long.MIN_VALUE;
    long time = byPackets ? lastPacketNanos : parts.epochNanos().getAsLong();
    String end = ".pcap" + options.compression().extension();
    try {
      Path to = parts.names().moveIntoPlace(current, series, time, end);
      parts.log().accept("moved %s to %s".formatted(current.getFileName(), to));
      trouble.succeeded(Trouble.Cause.MOVE, nowNanos);
    } catch (IOException e) {
      trouble.failed(Trouble.Cause.MOVE, "move", e, nowNanos);
    }
  }

  /** Removes a file that has nothing in it. */
  void remove(long nowNanos) {
    try {
      Files.delete(current);
    } catch (IOException e) {
      trouble.failed(Trouble.Cause.MOVE, "remove", e, nowNanos);
    }
  }
}
