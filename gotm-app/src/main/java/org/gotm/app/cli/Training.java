package org.gotm.app.cli;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.gotm.app.bench.SyntheticTraffic;

/**
 * What the JVM watches to make the AOT cache that {@code ./gotm} starts with: runs over captures
 * and then, where it may capture, on the loopback interface, with so many packets that the JVM
 * learns which code is hot and how it branches. Run by the build, in the repository's root.
 */
final class Training {
  private static final int FLOWS = 20_000;
  private static final int PACKETS = 600_000;
  private static final int FRAME_LENGTH = 120;
  private static final int DISCARD_PORT = 9;
  private static final Duration LIVE = Duration.ofSeconds(3);

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
    record(folder);
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
    run(folder, "-r=" + file, "-compress=" + compression);
  }

  /** Captures from the loopback interface; fails harmlessly where that is not allowed. */
  private static void record(Path folder) throws InterruptedException {
    Thread sender = Thread.ofPlatform().daemon().start(Training::sendToLoopback);
    Thread stop = Thread.ofPlatform().daemon().start(Training::stopSoon);
    run(folder, "-interface=lo", "-capture=afpacket");
    sender.interrupt();
    stop.interrupt();
  }

  private static void run(Path folder, String source, String option) {
    Main.commandLine().execute(source, option, "-write=" + folder, "-metrics-address=localhost:0");
  }

  private static void sendToLoopback() {
    byte[] payload = new byte[200];
    try (DatagramSocket socket = new DatagramSocket()) {
      while (!Thread.interrupted()) {
        socket.send(
            new DatagramPacket(
                payload, payload.length, InetAddress.getLoopbackAddress(), DISCARD_PORT));
      }
    } catch (IOException e) {
      // training is done with what was sent
    }
  }

  private static void stopSoon() {
    try {
      Thread.sleep(LIVE);
      Class<?> signal = Class.forName("sun.misc.Signal");
      signal
          .getMethod("raise", signal)
          .invoke(null, signal.getConstructor(String.class).newInstance("TERM"));
    } catch (InterruptedException e) {
      // the capture has ended already
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot stop the training", e);
    }
  }
}
