package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.app.process.GotmLaunch.quiet;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A writer that is silent keeps neither packets from the disk nor gotm from its end. */
class QuietPipeIT {
  private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

  /** Two seconds, and what a busy machine may take. */
  private static final Duration END = Duration.ofSeconds(5);

  @TempDir Path folder;
  private OutputFolder out;

  @BeforeEach
  void prepare() {
    Command.require("tcpdump", "gzip", "zstd", "lz4", "mkfifo");
    out = new OutputFolder(folder.resolve("out"));
  }

  private GotmLaunch reading(Object file) {
    return quiet("-r", file, "-write", out.path(), "-flushinterval=300ms")
        .and("-packetcutoff=0", "-bytecutoff=0");
  }

  @ParameterizedTest
  @CsvSource({
    "cat, eth-gre-within-gre.pcap",
    "gzip -c, eth-gre-within-gre.pcap",
    "zstd -qc, eth-gre-within-gre.pcap",
    "lz4 -qc, eth-gre-within-gre.pcap",
    "cat, format-nanosecond.pcapng",
    "gzip -c, format-nanosecond.pcapng"
  })
  void shouldWriteWhatCameAndStopAtOnceWhileTheWriterIsSilent(String packer, String name)
      throws Exception {
    Path file = Captures.extract(name, folder);
    Path packed = folder.resolve("packed");
    Command.check("sh", "-c", "%s <%s >%s".formatted(packer, file, packed));
    List<FilePackets.Packet> expected = FilePackets.of(file).packets();

    try (GotmProcess gotm = reading("-").readingPipe().start()) {
      OutputStream pipe = gotm.input();
      pipe.write(Files.readAllBytes(packed));
      pipe.flush();
      awaitOnDisk(expected);

      assertEndsAtOnce(gotm);
    }
  }

  private void awaitOnDisk(List<FilePackets.Packet> expected) throws Exception {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (onDisk() < expected.size()) {
      assertThat(System.nanoTime()).as("packets on disk: " + onDisk()).isLessThan(deadline);
      Thread.sleep(50);
    }
  }

  /** Packets in all files, the current one too. */
  private int onDisk() throws IOException {
    if (!Files.exists(out.path())) {
      return 0;
    }
    try (Stream<Path> tree = Files.walk(out.path())) {
      return tree.filter(path -> path.toString().contains(".pcap"))
          .mapToInt(path -> FilePackets.ofDamaged(path).packets().size())
          .sum();
    }
  }

  private void assertEndsAtOnce(GotmProcess gotm) {
    long begin = System.nanoTime();
    GotmProcess.Ended ended = gotm.stop("TERM");

    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(END);
    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(ended.ledger().isBalanced()).isTrue();
  }

  @Test
  void shouldStopAtOnceWhenNothingHasComeYet() throws Exception {
    try (GotmProcess gotm = reading("-").readingPipe().start()) {
      awaitStart();
      assertEndsAtOnce(gotm);
    }
  }

  @Test
  void shouldStopAtOnceWhenNobodyHasOpenedThePipe() throws Exception {
    Path pipe = folder.resolve("pipe");
    Command.check("mkfifo", pipe.toString());
    try (GotmProcess gotm = reading(pipe).start()) {
      awaitStart();
      assertEndsAtOnce(gotm);
    }
  }

  /** The folder is locked after signals are heard. */
  private void awaitStart() throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!Files.exists(out.path().resolve(".gotm.lock"))) {
      assertThat(System.nanoTime()).as("does not start").isLessThan(deadline);
      Thread.sleep(20);
    }
  }
}
