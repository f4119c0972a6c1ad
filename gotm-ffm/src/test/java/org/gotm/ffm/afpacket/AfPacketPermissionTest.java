package org.gotm.ffm.afpacket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.packet.PacketBuilder;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.pcapfile.Tcpdump;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.ChildCapture;
import org.gotm.ffm.ChildJvm;
import org.gotm.ffm.Command;
import org.gotm.ffm.FrameSender;
import org.gotm.ffm.SampleTraffic;
import org.gotm.ffm.VethPair;
import org.gotm.ffm.linux.CaptureRights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What rights a capture needs. */
@Tag("live")
class AfPacketPermissionTest {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  @TempDir private Path folder;

  /** Opens a source and says how that went. */
  static final class Opening {
    private Opening() {}

    public static void main(String[] arguments) {
      try (PacketSource source = AfPacketSource.open(AfPacketOptions.of(arguments[0]))) {
        System.out.println("opened " + source.name());
      } catch (PacketSourceException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  /** Captures as many packets as it is told to, and says who it is. */
  static final class Capturing {
    private Capturing() {}

    public static void main(String[] arguments) {
      int expected = Integer.parseInt(arguments[1]);
      try (PacketSource source = AfPacketSource.open(AfPacketOptions.of(arguments[0]))) {
        System.out.println(ChildCapture.READY);
        int packets = 0;
        while (packets < expected) {
          packets += source.poll(batch -> {});
        }
        System.out.println(System.getProperty("user.name") + " captured " + packets);
      }
    }
  }

  /** Shares an interface among workers, and says how, and how many got packets of one tunnel. */
  static final class Sharing {
    private Sharing() {}

    public static void main(String[] arguments) {
      AfPacketOptions options = AfPacketOptions.of(arguments[0]).withBuffer(1 << 20, 1 << 18);
      List<PacketSource> sources =
          AfPacketGroup.open(options, 4, TunnelOptions.all(), System.out::println);
      try (FrameSender in = new FrameSender(arguments[1]);
          FrameSender out = new FrameSender(arguments[0])) {
        for (int flow = 0; flow < 32; flow++) {
          in.send(tunnel("172.16.0.1", "172.16.0.2", 50000 + flow, 4789));
          out.send(tunnel("172.16.0.2", "172.16.0.1", 4789, 50000 + flow));
        }
      }
      System.out.println(
          "packets on each worker: " + sources.stream().map(Sharing::drain).toList());
      sources.forEach(PacketSource::close);
    }

    private static byte[] tunnel(String source, String target, int sourcePort, int targetPort) {
      return PacketBuilder.packet()
          .ethernet(1, 2)
          .ipv4(source, target)
          .udp(sourcePort, targetPort)
          .payload(100)
          .build();
    }

    private static int drain(PacketSource source) {
      source.stop();
      int packets = 0;
      for (int n; (n = source.poll(batch -> {})) != PacketSource.END; ) {
        packets += n;
      }
      return packets;
    }
  }

  @Test
  void shouldShareByTheOutermostFlowAndSaySoWhenTheRightToLoadProgramsIsMissing() {
    Tcpdump.require("setpriv");
    try (VethPair pair = VethPair.create()) {
      List<String> command = new ArrayList<>(List.of("setpriv", "--bounding-set=-all,+net_raw"));
      command.addAll(ChildJvm.command(Sharing.class, List.of(), pair.name(), pair.peer()));
      String output = Command.run(command).output();

      assertThat(output)
          .contains("if=" + pair.name() + " workers=4: packets are spread by the outermost flow")
          .contains("Operation not permitted; it takes CAP_BPF")
          .containsPattern("packets on each worker: \\[(0, )*64(, 0)*]");
    }
  }

  @Test
  void shouldCaptureAsAnOrdinaryUserWhenStartedAsTheRemedySays() throws IOException {
    Tcpdump.require("setpriv");
    Path traffic = SampleTraffic.mixed(100).write(folder.resolve("traffic.pcap"));
    try (VethPair pair = VethPair.inNamespace()) {
      List<String> command = new ArrayList<>(remedyFor("nobody", "nogroup"));
      command.addAll(List.of(JAVA, "--enable-native-access=ALL-UNNAMED", "-cp", readableClasses()));
      command.addAll(List.of(Capturing.class.getName(), pair.name(), "100"));
      try (ChildCapture child = new ChildCapture(pair.inside(command.toArray(String[]::new)))) {
        pair.send(traffic);

        assertThat(child.awaitEnd()).isEqualTo("nobody captured 100");
      }
    }
  }

  private static List<String> remedyFor(String user, String group) {
    assertThat(CaptureRights.COMMAND).endsWith(" gotm ...");
    String command = CaptureRights.COMMAND.replace(" gotm ...", "");
    return List.of(command.replace("USER", user).replace("GROUP", group).split(" "));
  }

  /** A class path that any user may read, wherever this project is. */
  private String readableClasses() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> copies = new ArrayList<>();
    for (Class<?> part :
        List.of(PacketSource.class, AfPacketSource.class, AfPacketPermissionTest.class)) {
      String location = part.getProtectionDomain().getCodeSource().getLocation().getPath();
      Path copy = folder.resolve(copies.size() + ".jar");
      Command.check("cp", "-rL", location, copy.toString());
      Command.check("chmod", "-R", "a+rX", copy.toString());
      copies.add(copy.toString());
    }
    return String.join(File.pathSeparator, copies);
  }

  private static String open(String interfaceName, String... capabilities) {
    List<String> command = new ArrayList<>(List.of("setpriv"));
    command.addAll(List.of(capabilities));
    command.addAll(ChildJvm.command(Opening.class, List.of(), interfaceName));
    return Command.run(command).output();
  }

  @Test
  void shouldSayWhatToDoWhenTheRightToCaptureIsMissing() {
    Tcpdump.require("setpriv");
    try (VethPair pair = VethPair.create()) {
      assertThat(open(pair.name(), "--bounding-set=-net_raw"))
          .contains("interface=" + pair.name())
          .contains("Operation not permitted")
          .contains("run as root")
          .contains(CaptureRights.REMEDY)
          .doesNotContain("setcap")
          .hasLineCount(1);
    }
  }

  @Test
  void shouldNeedNoOtherRightThanToCapture() {
    Tcpdump.require("setpriv");
    try (VethPair pair = VethPair.create()) {
      assertThat(open(pair.name(), "--bounding-set=-all,+net_raw"))
          .contains("opened " + pair.name());
    }
  }
}
