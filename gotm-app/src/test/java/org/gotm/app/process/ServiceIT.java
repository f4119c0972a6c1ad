package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gotm.app.process.GotmProcess.Ended;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.gotm.ffm.linux.NotifySocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a service manager sees of gotm, and what a reload takes up without losing a packet. */
@Tag("live")
class ServiceIT {
  @TempDir private Path folder;

  private VethPair veth;
  private Path traffic;
  private Path config;

  @BeforeEach
  void prepare() throws IOException {
    VethPair.requireLive();
    Command.require("fsfreeze", "jq", "mkfs.ext4", "mount", "umount");
    veth = VethPair.inNamespace();
    traffic = Captures.get("eth-mixed-emix.pcap").extractTo(folder);
    config = folder.resolve("gotm.conf");
    configure("workers=1");
  }

  @AfterEach
  void removePair() {
    if (veth != null) {
      veth.close();
    }
  }

  private void configure(String... lines) throws IOException {
    Files.write(config, List.of(lines));
  }

  private GotmLaunch gotm(Object... options) {
    return GotmLaunch.quiet("-interface", veth.name(), "-filter", "", "-config", config)
        .and("-timeinterval=100ms", "-flowtimeout=1ms")
        .and(options)
        .inside(veth)
        .in(folder);
  }

  /** The socket is a file, as the abstract namespace is each network namespace's own. */
  @Test
  void shouldTellSystemdOfEachStateAndFeedItsWatchdog() throws IOException {
    try (NotifySocket systemd = NotifySocket.at(folder.resolve("notify"));
        GotmProcess gotm =
            gotm().with("NOTIFY_SOCKET", systemd.name()).with("WATCHDOG_USEC", "200000").start()) {
      systemd.await("READY=1");
      assertThat(systemd.await("STATUS=")).isEqualTo("STATUS=recording " + veth.name());
      assertThat(systemd.await("STATUS=")).contains(" packets/s, ", " kept; since the start 0 ");
      systemd.await("WATCHDOG=1");
      systemd.await("WATCHDOG=1");
      gotm.signal("HUP");
      assertThat(systemd.await("RELOADING=1")).matches("RELOADING=1\nMONOTONIC_USEC=\\d+");
      systemd.await("READY=1");
      gotm.signal("TERM");
      systemd.await("STOPPING=1");
      assertThat(gotm.awaitExit().exitCode()).isZero();
    }
  }

  /** Neither a boot nor an upgrade waits for a cable; but who watches sees that it is missing. */
  @Test
  void shouldBeReadyButNotWellWhileItWaitsForItsInterface() throws Exception {
    Command.check(veth.inside("ip", "link", "set", "lo", "up"));
    veth.setDown();
    String words = "waiting for interface=%s: not there, or not up".formatted(veth.name());
    try (NotifySocket systemd = NotifySocket.at(folder.resolve("notify"));
        GotmProcess gotm =
            gotm("-wait", "-metrics-address", HealthPage.ADDRESS)
                .with("NOTIFY_SOCKET", systemd.name())
                .with("WATCHDOG_USEC", "1000000")
                .start()) {
      HealthPage health = new HealthPage(veth);
      systemd.await("READY=1");
      assertThat(systemd.await("STATUS=")).isEqualTo("STATUS=" + words);
      systemd.await("WATCHDOG=1");
      systemd.await("WATCHDOG=1");
      assertThat(health.await("503")).contains(words);
      String metrics = "http://" + HealthPage.ADDRESS + "/metrics";
      assertThat(Command.run(veth.inside("curl", "-s", metrics)).output())
          .contains("gotm_healthy 0");
      configure("workers=1", "class=whole:ip or ip6:never");
      gotm.signal("HUP");
      veth.setUp();
      assertThat(systemd.await("READY=1")).isEqualTo("READY=1\nWATCHDOG_USEC=1000000");
      assertThat(systemd.await("STATUS=")).isEqualTo("STATUS=recording " + veth.name());
      health.await("ok\n200");
      gotm.awaitLine("Class whole: ip or ip6: never cut");
      int sent = veth.send(traffic);
      Ended ended = gotm.stop("TERM");
      assertThat(ended.exitCode()).as(ended.toString()).isZero();
      assertThat(ended.logLine("ledger total")).contains("received=" + sent + " ");
    }
  }

  /** Somebody has to start what writes nothing any more again; it goes on telling how it goes. */
  @Test
  void shouldNotFeedTheWatchdogWhileTheDiskHangs() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Path image = folder.resolve("image");
    Command.check("sh", "-c", "truncate -s 200M '%s' && mkfs.ext4 -q -F '%1$s'".formatted(image));
    Command.check("mount", "-o", "loop", image.toString(), disk.toString());
    try (NotifySocket systemd = NotifySocket.at(folder.resolve("notify"));
        GotmProcess gotm =
            gotm("-write", disk, "-packetcutoff=0", "-bytecutoff=0")
                .with("NOTIFY_SOCKET", systemd.name())
                .with("WATCHDOG_USEC", "1000000")
                .start()) {
      systemd.await("WATCHDOG=1");
      Command.check("fsfreeze", "-f", disk.toString());
      try (AutoCloseable _ = veth.sendForEver(traffic, 1000)) {
        gotm.awaitLine("output trouble: write=" + disk + ": the disk has not answered");
        readAll(systemd);
        for (int i = 0; i < 10; i++) {
          assertThat(systemd.poll(60_000)).startsWith("STATUS=");
        }
      } finally {
        Command.check("fsfreeze", "-u", disk.toString());
      }
      systemd.await("WATCHDOG=1");
      assertThat(gotm.stop("TERM").ledger().isBalanced()).isTrue();
    } finally {
      Command.check("umount", disk.toString());
    }
  }

  /** Takes what was told before. */
  private static void readAll(NotifySocket systemd) {
    while (systemd.poll(0) != null) {
      // on to the next
    }
  }

  @Test
  void shouldTakeUpClassesAndLogFormatWithoutLosingAPacketAndSayWhatTakesARestart()
      throws IOException {
    try (GotmProcess gotm = gotm().start()) {
      gotm.awaitLine("Starting worker 0");
      int sent = veth.send(traffic);
      configure("workers=2", "class=whole:ip or ip6:never", "logformat=json");
      gotm.signal("HUP");
      String json = gotm.awaitLine("workers=2 takes a restart");
      gotm.awaitLine("Class whole: ip or ip6: never cut");
      assertThat(
              Command.check("sh", "-c", "printf %s \"$1\" | jq -r '.level, .workers'", "sh", json))
          .isEqualTo("warning\n2\n");
      sent += veth.send(traffic);
      configure("workers=1", "klass=x");
      gotm.signal("HUP");
      gotm.awaitLine("the settings stay as they are: " + config + ":2: klass: no such option");
      sent += veth.send(traffic);
      Ended ended = gotm.stop("TERM");

      assertThat(ended.exitCode()).as(ended.toString()).isZero();
      assertThat(ended.logLine("ledger total"))
          .contains("received=" + sent + " ", "delivered=" + sent + " ", "balanced=yes");
      assertThat(ended.log()).anyMatch(line -> line.matches(".*ledger class=whole kept=[1-9].*"));
    }
  }

  @Test
  void shouldRefuseAWrongFileWithItsLineAndTheExitCodeOfWrongUsage() throws IOException {
    configure("# nothing", "rotationintervall=5s");

    Ended ended = gotm().run();

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.log())
        .containsExactly(
            "gotm: "
                + config
                + ":2: rotationintervall: no such option (did you mean rotationinterval?)");
  }

  @Test
  void shouldCheckAFileAsAStartWould() throws IOException {
    Ended good = GotmLaunch.gotm("check", "-config", config, "-interface", "no-such").run();
    assertThat(good.out()).containsExactly("ok");
    assertThat(good.exitCode()).isZero();

    configure("workers=0", "wait=perhaps");
    Ended wrong = GotmLaunch.gotm("check", "-config", config).run();
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.log()).singleElement().asString().startsWith(config + ":2: wait");
  }

  @Test
  void shouldTakeItsInterfacesFromTheOriginalsVariable() {
    try (GotmProcess gotm =
        GotmLaunch.quiet("-config", config)
            .with("GOTM_INTERFACES", veth.name())
            .inside(veth)
            .in(folder)
            .start()) {
      gotm.awaitLine("Starting worker 0 on interface " + veth.name());
      assertThat(gotm.stop("TERM").exitCode()).isZero();
    }
  }

  /** Nobody attaches to a process that has packets in its memory. */
  @Test
  void shouldBeClosedToTheToolsOfTheJdk() {
    String jcmd = System.getProperty("java.home") + "/bin/jcmd";
    try (GotmProcess gotm = gotm().with("GOTM_JVM_OPTIONS", null).start()) {
      gotm.awaitLine("Starting worker 0");
      assertThat(Command.run(List.of(jcmd, "" + gotm.pid(), "VM.version")).exitCode()).isNotZero();
      assertThat(Command.run(List.of("sh", "-c", "ls /tmp/hsperfdata_*/" + gotm.pid())).exitCode())
          .isNotZero();
      assertThat(gotm.stop("TERM").exitCode()).isZero();
    }
  }
}
