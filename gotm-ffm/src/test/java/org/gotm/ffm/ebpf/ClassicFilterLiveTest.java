package org.gotm.ffm.ebpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.ffm.linux.generated.linux_h.BPF_A;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ABS;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ALU;
import static org.gotm.ffm.linux.generated.linux_h.BPF_AND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_W;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_IFINDEX;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_MARK;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_OFF;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_PKTTYPE;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_PROTOCOL;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_QUEUE;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_RXHASH;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_VLAN_TAG;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_VLAN_TAG_PRESENT;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_VLAN_TPID;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.gotm.core.pcapfile.Tcpdump;
import org.gotm.ffm.FilterTraffic;
import org.gotm.ffm.FrameSender;
import org.gotm.ffm.VethPair;
import org.gotm.ffm.bpf.BpfInstruction;
import org.gotm.ffm.bpf.SocketFilter;
import org.gotm.ffm.linux.CaptureMode;
import org.gotm.ffm.linux.Libc;
import org.gotm.ffm.linux.PacketSocket;
import org.gotm.ffm.pcap.FilterCompiler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A translated filter and the classic one keep the same on one interface. */
@Tag("live")
@Timeout(120)
class ClassicFilterLiveTest {
  private static final int LONGEST = 1 << 17;
  private static final short POLLIN = 1;
  private static final int PATIENCE_MILLIS = 10_000;

  private final Arena arena = Arena.ofConfined();
  private final Libc libc = new Libc(arena);
  private final MemorySegment buffer = arena.allocate(LONGEST);
  private final MemorySegment poll = arena.allocate(Libc.POLLFD);
  private final List<PacketSocket> sockets = new ArrayList<>();
  private VethPair pair;
  private PacketSocket witness;
  private PacketSocket classic;
  private PacketSocket translated;

  /** Of the sockets the kernel serves the newest first, so that the witness is the last. */
  @BeforeEach
  void open() {
    Tcpdump.require();
    pair = VethPair.create();
    witness = open(null);
    classic = open(SocketFilter.keep(0));
    translated = open(SocketFilter.keep(0));
  }

  private PacketSocket open(SocketFilter filter) {
    PacketSocket socket = new PacketSocket(pair.name(), CaptureMode.ETHERNET);
    sockets.add(socket);
    if (filter != null) {
      filter.attachTo(socket);
    }
    socket.bind(pair.index());
    return socket;
  }

  @AfterEach
  void close() {
    sockets.forEach(PacketSocket::close);
    if (pair != null) {
      pair.close();
    }
    arena.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vlan",
        "vlan 100",
        "not vlan",
        "vlan 100 and vlan 200",
        "vlan and arp",
        "inbound",
        "outbound",
        "outbound and vlan 100",
        "tcp port 80 or (vlan and tcp port 80)",
        FilterCompiler.DEFAULT
      })
  void shouldKeepTheSameFramesWhenTheyAreTaggedAndGoBothWays(String expression) throws Exception {
    SocketFilter filter = FilterCompiler.compile(expression, pair.name());
    filter.attachTo(classic);
    TranslatedFilter.attach(filter, translated);

    sendBothWays();

    List<String> expected = received(classic);
    assertThat(received(translated)).isNotEmpty().containsExactlyElementsOf(expected);
  }

  @Test
  void shouldReadTheSameAncillaryWords() throws Exception {
    int[] words = {
      SKF_AD_PROTOCOL(),
      SKF_AD_PKTTYPE(),
      SKF_AD_IFINDEX(),
      SKF_AD_MARK(),
      SKF_AD_QUEUE(),
      SKF_AD_RXHASH(),
      SKF_AD_VLAN_TAG(),
      SKF_AD_VLAN_TAG_PRESENT(),
      SKF_AD_VLAN_TPID()
    };
    for (int word : words) {
      for (int shift = 0; shift < Short.SIZE; shift += 4) {
        assertReadsTheSame(word, shift);
      }
    }
  }

  /** Four bits of the word tell how much is kept of a frame. */
  private void assertReadsTheSame(int word, int shift) throws Exception {
    SocketFilter filter =
        new SocketFilter(
            List.of(
                new BpfInstruction(BPF_LD() | BPF_W() | BPF_ABS(), 0, 0, SKF_AD_OFF() + word),
                new BpfInstruction(BPF_ALU() | BPF_RSH(), 0, 0, shift),
                new BpfInstruction(BPF_ALU() | BPF_AND(), 0, 0, 0xf),
                new BpfInstruction(BPF_ALU() | BPF_ADD(), 0, 0, 1),
                new BpfInstruction(BPF_RET() | BPF_A(), 0, 0, 0)));
    filter.attachTo(classic);
    TranslatedFilter.attach(filter, translated);

    sendBothWays();

    assertThat(received(translated))
        .as("word %d, shifted by %d", word, shift)
        .hasSize(2 * FilterTraffic.frames().size())
        .containsExactlyElementsOf(received(classic));
  }

  @Test
  void shouldTakeTheOtherFilterAwayWhenOneIsAttached() throws Exception {
    TranslatedFilter.attach(SocketFilter.keep(20), classic);
    SocketFilter.keep(30).attachTo(classic);
    SocketFilter.keep(20).attachTo(translated);
    TranslatedFilter.attach(SocketFilter.keep(10), translated);

    sendBothWays();

    assertThat(received(classic)).allSatisfy(hex -> assertThat(hex).hasSize(2 * 30));
    assertThat(received(translated)).allSatisfy(hex -> assertThat(hex).hasSize(2 * 10));
  }

  /** Sends all frames in and out, and waits until the sockets have them. */
  private void sendBothWays() {
    List<byte[]> frames = FilterTraffic.frames();
    try (FrameSender in = new FrameSender(pair.peer());
        FrameSender out = new FrameSender(pair.name())) {
      in.send(frames);
      out.send(frames);
    }
    for (int i = 0; i < 2 * frames.size(); i++) {
      assertThat(receive(witness, PATIENCE_MILLIS)).as("frame %d", i).isNotNull();
    }
  }

  private List<String> received(PacketSocket socket) {
    List<String> received = new ArrayList<>();
    byte[] packet;
    while ((packet = receive(socket, 0)) != null) {
      received.add(HexFormat.of().formatHex(packet));
    }
    return received;
  }

  /** The next packet, or null if there is none. */
  private byte[] receive(PacketSocket socket, int millis) {
    poll.set(JAVA_INT, 0, socket.fd());
    poll.set(JAVA_SHORT, Integer.BYTES, POLLIN);
    if (libc.poll(poll, 1, millis) <= 0) {
      return null;
    }
    long length = libc.read(socket.fd(), buffer);
    return buffer.asSlice(0, length).toArray(JAVA_BYTE);
  }
}
