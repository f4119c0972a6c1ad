package org.gotm.app.cli;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.gotm.app.traffic.SyntheticTraffic;

/**
 * What the JVM watches to make the AOT cache that {@code ./gotm} starts with: runs over files, with
 * so many packets that the JVM learns which code is hot and how it branches. Run by the build, in
 * the repository's root.
 */
final class Training {
  private static final int FLOWS = 20_000;
  private static final int PACKETS = 600_000;
  private static final int FRAME_LENGTH = 120;

  private Training() {}

  /** Takes a small capture file and a folder that it may fill. */
  public static void main(String[] args) throws Exception {
    Path capture = Path.of(args[0]);
    Path folder = Path.of(args[1]);
    Files.createDirectories(folder);
    Path synthetic = folder.resolve("synthetic.pcap");
    writeSynthetic(synthetic);
    read(folder, synthetic, "none");
    read(folder, synthetic, "zstd:1");
    read(folder, capture, "gzip");
    System.exit(0);
  }

  private static void writeSynthetic(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined();
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      MemorySegment content = SyntheticTraffic.make(FLOWS, PACKETS, FRAME_LENGTH, 1, arena);
      channel.write(content.asByteBuffer());
    }
  }

  private static void read(Path folder, Path file, String compression) {
    Main.commandLine()
        .execute(
            "-r=" + file,
            "-write=" + folder,
            "-compress=" + compression,
            "-filemode=0644",
            "-metrics-address=localhost:0");
  }
}
