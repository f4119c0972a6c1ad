package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.gotm.app.process.GotmProcess.Ended;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon on a veth pair in a network namespace of its own, with traffic replayed into it. */
@Tag("live")
class LiveIT {
  private static final String TRAFFIC = "eth-mixed-emix.pcap";
  private static final String STARTED = "Starting worker 0 on interface";

  @TempDir private Path folder;

  private VethPair veth;
  private Path traffic;

  @BeforeEach
  void makePair() throws IOException {
    VethPair.requireLive();
    veth = VethPair.inNamespace();
    traffic = Captures.get(TRAFFIC).extractTo(folder);
  }

  @AfterEach
  void removePair() {
    if (veth != null) { // a skipped test has none
      veth.close();
    }
  }

  @Test
  void shouldRunTheOriginalsExampleUnchanged() {
    try (GotmProcess gotm =
        GotmLaunch.gotm("-rotationinterval", "60s", "-interface", veth.name(), "-compress")
            .inside(veth)
            .in(folder)
            .start()) {
      gotm.awaitLine("Opening new pcap file " + veth.name() + "_current.pcap.tmp.gz");
      gotm.awaitLine(STARTED);
      int sent = veth.send(traffic);
      awaitDelivered(gotm, 1);
      Ended ended = gotm.stop("INT");
      assertSound(ended, "out");
      assertThat(ended.ledger().get("received")).isPositive().isLessThanOrEqualTo(sent);
      assertThat(ended.ledger().get("cut")).isPositive();
    }
  }

  @Test
  void shouldCaptureAndSaySoWhenAProcessorIsNotThere() {
    try (GotmProcess gotm =
        GotmLaunch.quiet("-interface", veth.name(), "-cpus", "8191")
            .inside(veth)
            .in(folder)
            .start()) {
      gotm.awaitLine("cpus=8191: Invalid argument");
      veth.send(traffic);
      awaitDelivered(gotm, 1);
      assertSound(gotm.stop("TERM"), "out");
    }
  }

  @Test
  void shouldRunTheOriginalsProductionArgumentsUnchanged() {
    try (GotmProcess gotm =
        GotmLaunch.gotm("-interface", veth.name(), "-timeinterval", "31s", "-flowtimeout", "30s")
            .and("-rotationinterval", "60s", "-write", "pcaps", "-filter", "vlan or not vlan")
            .and("-packetcutoff", "1000", "-bytecutoff", "65536", "-metrics-address", ":9102")
            .inside(veth)
            .in(folder)
            .start()) {
      gotm.awaitLine(STARTED);
      int sent = veth.send(traffic);
      Ended ended = gotm.stop("TERM");
      assertSound(ended, "pcaps");
      assertThat(ended.ledger().get("received")).isEqualTo(sent);
    }
  }

  /** As timeout(1) does, which sends to the process and to its group. */
  @Test
  void shouldDrainWhenTheSignalToStopComesTwiceAtOnce() {
    try (GotmProcess gotm = start("-packetcutoff=0", "-bytecutoff=0")) {
      int sent = veth.send(traffic);
      gotm.signal("TERM");
      gotm.signal("TERM");
      Ended ended = gotm.awaitExit();
      assertThat(ended.ledger().get("written")).isEqualTo(sent);
      assertSound(ended, "out");
    }
  }

  @Test
  void shouldHaveEveryPacketInTimeOrderWhenFourWorkersCapture() {
    try (GotmProcess gotm = start("-workers=4", "-packetcutoff=0", "-bytecutoff=0")) {
      int sent = veth.send(traffic);
      Ended ended = gotm.stop("INT");
      assertThat(ended.ledger().get("written")).isEqualTo(sent);
      List<FilePackets.Packet> packets = assertSound(ended, "out");
      assertThat(packets).hasSize(sent);
      assertThat(packets).extracting(FilePackets.Packet::nanos).isSorted();
    }
  }

  @Test
  void shouldRotateWhenHungUpAndReportByTheClockOnAQuietLink() {
    try (GotmProcess gotm = start("-timeinterval=100ms")) {
      gotm.awaitLine("pkts=0 output=0 outpct=0.0 recvd=0");
      gotm.signal("HUP");
      gotm.awaitLine("Rotating");
      gotm.awaitLine("moved " + veth.name() + "_current.pcap.tmp");
      assertSound(gotm.stop("INT"), "out");
    }
  }

  /** The ledger tells that each packet is kept by the classes of its time, and none is missing. */
  @Test
  void shouldReadTheClassesAgainWhenHungUpWithoutLosingAPacket() throws IOException {
    Path classes = Files.writeString(folder.resolve("classes"), "all:ip or ip6:drop\n");
    try (GotmProcess gotm =
        start("-classes=" + classes, "-filter=vlan or not vlan", "-flowtimeout=1ms")) {
      int sent = veth.send(traffic);
      awaitDelivered(gotm, 1);
      Files.writeString(classes, "all:ip or ip6:sometimes\n");
      gotm.signal("HUP");
      gotm.awaitLine("the classes stay as they are: class=all:ip or ip6:sometimes");
      Files.writeString(classes, "whole:ip or ip6:never\nall:less 1:drop\n");
      gotm.signal("HUP");
      gotm.awaitLine("Class whole: ip or ip6: never cut");
      gotm.awaitLine("Class all: less 1: dropped");
      veth.send(traffic);
      Ended ended = gotm.stop("INT");

      assertThat(ended.ledger().get("delivered")).isEqualTo(2L * sent);
      assertThat(ended.ledger().isBalanced()).as(ended.toString()).isTrue();
      assertThat(ended.log()).anyMatch(line -> line.matches(".*ledger class=whole kept=[1-9].*"));
      assertThat(ended.log())
          .anyMatch(line -> line.matches(".*ledger class=all kept=0 cut=[1-9].*"));
    }
  }

  @Test
  void shouldRefuseAFolderThatAnotherHas() {
    try (GotmProcess gotm = start()) {
      Ended second = GotmLaunch.quiet("-interface", veth.name()).inside(veth).in(folder).run();
      assertThat(second.exitCode()).isEqualTo(1);
      assertThat(second.log()).last().asString().contains("write=out");
      assertSound(gotm.stop("INT"), "out");
    }
  }

  @Test
  void shouldResumeWhenTheInterfaceComesBack() {
    try (GotmProcess gotm = start("-packetcutoff=0", "-bytecutoff=0")) {
      veth.setDown();
      gotm.awaitLine("trouble: ");
      veth.setUp();
      gotm.awaitLine("works again");
      int sent = veth.send(traffic);
      Ended ended = gotm.stop("INT");
      assertSound(ended, "out");
      assertThat(ended.ledger().get("written")).isEqualTo(sent);
    }
  }

  @Test
  void shouldTellHealthAndMetricsOverHttp() {
    Command.check(veth.inside("ip", "link", "set", "lo", "up"));
    try (GotmProcess gotm =
        GotmLaunch.gotm("-interface", veth.name(), "-metrics-address=:9102", "-timeinterval=100ms")
            .inside(veth)
            .in(folder)
            .start()) {
      gotm.awaitLine(STARTED);
      assertThat(fetch("/healthz")).isEqualTo("ok\n");
      veth.send(traffic);
      awaitDelivered(gotm, 1);
      assertThat(fetch("/metrics"))
          .contains("gotm_packets_total{interface=\"" + veth.name() + "\",worker=\"0\"}")
          .contains("gotm_flow_size_bytes_bucket")
          .contains("process_resident_memory_bytes");
      veth.setDown();
      gotm.awaitLine("trouble: ");
      assertThat(fetch("/healthz")).contains(veth.name());
      assertSound(gotm.stop("INT"), "out");
    }
  }

  @Test
  void shouldRepairWhatAKilledOneLeftBehind() {
    for (String compress : List.of("off", "gzip", "zstd")) {
      long pause = ThreadLocalRandom.current().nextLong(5);
      try (GotmProcess gotm =
          start(
              "-compress=" + compress, "-packetcutoff=0", "-bytecutoff=0", "-flushinterval=10ms")) {
        veth.send(traffic);
        for (long i = 0; i < pause; i++) {
          veth.send(traffic);
        }
        gotm.stop("KILL");
      }
      try (GotmProcess next = start("-compress=" + compress)) {
        assertSound(next.stop("INT"), "out");
      }
      assertThat(new OutputFolder(folder.resolve("out")).all())
          .as("repaired and moved (compress=%s, %d replays)", compress, pause + 1)
          .noneMatch(name -> name.contains("_current"));
    }
  }

  private GotmProcess start(String... more) {
    GotmProcess gotm =
        GotmLaunch.quiet("-interface", veth.name(), "-filter", "")
            .and((Object[]) more)
            .inside(veth)
            .in(folder)
            .start();
    gotm.awaitLine(STARTED);
    return gotm;
  }

  /**
   * Waits for a statistics line with packets in it; there is none before the default interval ends.
   */
  private void awaitDelivered(GotmProcess gotm, int packets) {
    String line;
    do {
      line = gotm.awaitLine(" pkts=");
    } while (LedgerLine.of(line).get("pkts") < packets);
  }

  private String fetch(String path) {
    return Command.run(veth.inside("curl", "-s", "http://localhost:9102" + path)).output();
  }

  /** Exit code 0, a ledger that adds up, and as many packets in the files as it says. */
  private List<FilePackets.Packet> assertSound(Ended ended, String output) {
    assertThat(ended.exitCode()).as(ended.toString()).isZero();
    assertThat(ended.ledger().isBalanced()).as(ended.toString()).isTrue();
    assertThat(ended.log()).noneMatch(line -> line.contains("Exception"));
    OutputFolder files = new OutputFolder(folder.resolve(output));
    files.assertPacksAreSound();
    return files.all().stream()
        .filter(name -> ended.log().stream().anyMatch(line -> line.endsWith(output + "/" + name)))
        .flatMap(name -> FilePackets.of(folder.resolve(output).resolve(name)).packets().stream())
        .toList();
  }
}
