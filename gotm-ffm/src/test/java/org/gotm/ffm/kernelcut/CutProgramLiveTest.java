package org.gotm.ffm.kernelcut;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.ffm.kernelcut.CutFrame.ipv4;
import static org.gotm.ffm.kernelcut.CutFrame.ipv6;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_STATISTICS;
import static org.gotm.ffm.linux.generated.linux_h.SOL_SOCKET;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.Separator;
import org.gotm.ffm.Await;
import org.gotm.ffm.FrameSender;
import org.gotm.ffm.VethPair;
import org.gotm.ffm.linux.CaptureMode;
import org.gotm.ffm.linux.Libc;
import org.gotm.ffm.linux.PacketSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The cut program on a socket: what cannot be tried out, as the kernel takes tags out there. */
@Tag("live")
class CutProgramLiveTest {
  private static final int SO_ATTACH_BPF = 50;
  private static final int VLAN = 0x81000064;
  private static final int QINQ = 0x88a80065;
  private static final FlowKeyOptions KEY = FlowKeyOptions.defaults();

  private final Arena arena = Arena.ofConfined();
  private final Libc libc = new Libc(arena);
  private final MemorySegment statistics = arena.allocate(JAVA_INT, 2);
  private VethPair cable;
  private CutRig rig;
  private int seen;

  @BeforeEach
  void connect() {
    cable = VethPair.create();
  }

  @AfterEach
  void close() {
    if (rig != null) {
      rig.close();
    }
    if (cable != null) {
      cable.close();
    }
    arena.close();
  }

  /** Sends frames to a socket with the program; answers how many get into the socket. */
  private int send(CutOptions options, FlowKeyOptions key, byte[]... frames) {
    rig = new CutRig(options, key, 2);
    rig.arm(ipv4().bytes(), 0);
    rig.arm(ipv6().udp().bytes(), 1);
    try (PacketSocket socket = new PacketSocket(cable.name(), options.mode());
        FrameSender sender = new FrameSender(cable.peer())) {
      assertThat(libc.setsockopt(socket.fd(), SOL_SOCKET(), SO_ATTACH_BPF, rig.programFd()))
          .isZero();
      socket.bind(libc.interfaceIndex(cable.name()));
      sender.send(frames);
      Await.until("the frames", () -> passed(socket) + rig.maps().packets() >= frames.length);
      return seen;
    }
  }

  /** The kernel forgets its count when it is asked. */
  private int passed(PacketSocket socket) {
    socket.get(PACKET_STATISTICS(), statistics, "count");
    seen += statistics.get(JAVA_INT, 0);
    return seen;
  }

  @Test
  void shouldCutBehindATagThatTheKernelHasTakenOut() {
    byte[][] frames = {
      ipv4().bytes(),
      ipv4().tags(VLAN).bytes(),
      ipv4().tags(QINQ, VLAN).bytes(),
      ipv6().udp().tags(QINQ, VLAN, VLAN).bytes(),
      ipv4().tags(QINQ, VLAN, VLAN, VLAN).bytes(),
      ipv4().ports(1, 1).bytes(),
    };

    assertThat(send(CutRig.options(KEY), KEY, frames)).isEqualTo(2);
    assertThat(rig.packets(0)).isEqualTo(3);
    assertThat(rig.packets(1)).isEqualTo(1);
    assertThat(rig.maps().packets()).isEqualTo(4);
    assertThat(rig.maps().bytes())
        .isEqualTo(
            frames[0].length + frames[1].length + frames[2].length + frames[3].length - 3 * 4);
  }

  @Test
  void shouldPassWhatTheKernelHasTakenATagOutOfWhenVlansAreNetworks() {
    FlowKeyOptions key = KEY.withSeparators(Set.of(Separator.VLAN));

    assertThat(
            send(
                CutRig.options(key),
                key,
                ipv4().bytes(),
                ipv4().tags(VLAN).bytes(),
                ipv4().tags(QINQ, VLAN).bytes()))
        .isEqualTo(2);
    assertThat(rig.packets(0)).isEqualTo(1);
  }

  @Test
  void shouldCutWhatBeginsWithIpByWhatTheKernelSaysItIs() {
    CutOptions options =
        CutOptions.of(CaptureMode.IP, KEY, CutRig.TIMEOUT_NANOS, FrontFilter.all(CutRig.PASS));
    byte[] frame = ipv4().bytes();
    byte[] other = ipv6().udp().bytes();

    assertThat(
            send(
                options, KEY, frame, other, ipv4().tags(VLAN).bytes(), ipv6().protocol(58).bytes()))
        .isEqualTo(1);
    assertThat(rig.packets(0)).isEqualTo(2);
    assertThat(rig.packets(1)).isEqualTo(1);
    assertThat(rig.maps().bytes()).isEqualTo(2 * frame.length + other.length - 3 * 14);
  }
}
