package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code -format pcapng} and {@code -fileledger}, from the command line. */
class PcapngIT {
  @TempDir Path folder;

  @BeforeEach
  void prepare() {
    Command.require("tshark", "capinfos", "python3");
  }

  private List<Path> files(String end) throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve("out"))) {
      return all.filter(path -> path.toString().endsWith(end)).sorted().toList();
    }
  }

  private String packetsOf(Path file) {
    List<String> lines =
        new ArrayList<>(
            Command.check(
                    "tshark",
                    "-r",
                    file.toString(),
                    "-T",
                    "fields",
                    "-e",
                    "frame.time_epoch",
                    "-e",
                    "frame.len",
                    "-e",
                    "frame.cap_len",
                    "-e",
                    "frame.protocols")
                .lines()
                .toList());
    lines.sort(null);
    return String.join("\n", lines);
  }

  @Test
  void shouldHoldAllLinkTypesOfAFileInOne() throws IOException {
    Path traffic = Captures.extract("format-many-interfaces-many-linktypes.pcapng", folder);
    GotmProcess.Ended ended =
        GotmLaunch.quiet("-r", traffic, "-format", "pcapng", "-write", folder.resolve("out"))
            .and("-packetcutoff=0", "-bytecutoff=0", "-rotationinterval=0", "-fileledger")
            .run();

    assertThat(ended.exitCode()).isZero();
    assertThat(files(".pcapng")).hasSize(1);
    assertThat(packetsOf(files(".pcapng").getFirst())).isEqualTo(packetsOf(traffic));
    assertThat(files(".pcapng.json")).hasSize(1);
  }

  @Test
  @Tag("live")
  void shouldRecordInterfacesOfTwoLinkTypesInOneSeries() throws IOException {
    VethPair.requireLive();
    try (VethPair veth = VethPair.inNamespace()) {
      String tun = "tun" + veth.name();
      tun = tun.substring(0, Math.min(tun.length(), 15));
      Command.check(veth.inside("ip", "tuntap", "add", "dev", tun, "mode", "tun"));
      Command.check(veth.inside("ip", "addr", "add", "10.98.0.1/24", "dev", tun));
      Command.check(veth.inside("ip", "link", "set", tun, "up"));
      List<String> sender = veth.inside("python3", "-c", TUN_SENDER, tun, "10.98.0.2");
      try (GotmProcess gotm =
          GotmLaunch.quiet("-interface", veth.name() + "," + tun, "-format", "pcapng")
              .and("-filter", "", "-fileledger")
              .inside(veth)
              .in(folder)
              .start()) {
        gotm.awaitLine("Starting worker 0 on interface " + tun);
        veth.send(Captures.extract("eth-udp-dns.pcap", folder));
        Command.check(sender);
        GotmProcess.Ended ended = gotm.stop("TERM");
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.ledger().isBalanced()).isTrue();
      }
      Path file = files(".pcapng").getFirst();
      assertThat(Command.check("capinfos", file.toString()))
          .contains("Name = " + veth.name(), "Name = " + tun, "Encapsulation = Raw IP");
      List<String> packets =
          Command.check(
                  "tshark",
                  "-r",
                  file.toString(),
                  "-T",
                  "fields",
                  "-e",
                  "frame.interface_name",
                  "-e",
                  "frame.packet_flags_direction")
              .lines()
              .distinct()
              .toList();
      assertThat(packets).contains(veth.name() + "\t0x00000001", tun + "\t0x00000002");
      Command.check("python3", "-m", "json.tool", files(".pcapng.json").getFirst().toString());
    }
  }

  /** Holds the tunnel's other end open while it sends, as the kernel drops packets otherwise. */
  private static final String TUN_SENDER =
      """
      import fcntl, os, socket, struct, sys
      tun = os.open('/dev/net/tun', os.O_RDWR)
      fcntl.ioctl(tun, 0x400454ca, struct.pack('16sH', sys.argv[1].encode(), 0x1001))
      sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      for i in range(20):
          sender.sendto(b'a datagram', (sys.argv[2], 4444))
      """;
}
