package org.gotm.ffm.kernelcut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.gotm.ffm.ebpf.Register.R0;
import static org.gotm.ffm.ebpf.Register.R6;
import static org.gotm.ffm.kernelcut.CutFrame.ACK;
import static org.gotm.ffm.kernelcut.CutFrame.ipv4;
import static org.gotm.ffm.kernelcut.CutFrame.ipv6;
import static org.gotm.ffm.kernelcut.CutRig.CUT;
import static org.gotm.ffm.kernelcut.CutRig.PASS;
import static org.gotm.ffm.kernelcut.CutRig.TIMEOUT_NANOS;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.Separator;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.ffm.Await;
import org.gotm.ffm.VethPair;
import org.gotm.ffm.ebpf.BpfProgram;
import org.gotm.ffm.ebpf.EbpfAssembler;
import org.gotm.ffm.ebpf.KernelFunction;
import org.gotm.ffm.linux.CaptureMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The cut program, one rule after the other. Times are hours, so that slowness does not matter. */
@Tag("live")
class CutProgramTest {
  private static final int CAPACITY = 4;
  private static final int ENTRY = 3;
  private static final int VLAN = 0x81000064;
  private static final int QINQ = 0x88a80065;
  private static final int OLD_QINQ = 0x91000066;
  private static final int FIN = 0x01;
  private static final int SYN = 0x02;
  private static final int RST = 0x04;
  private static final int OTHER_FLAGS = 0xf8; // ACK is among them
  private static final int DONT_FRAGMENT = 0x4000;
  private static final int MORE_FRAGMENTS = 0x2000;
  private static final int VXLAN_PORT = 4789;
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private static final FlowKeyOptions KEY = FlowKeyOptions.defaults();

  private CutRig rig;

  @BeforeEach
  void requireRights() {
    VethPair.requireLive();
    rig = CutRig.of(KEY, CAPACITY);
  }

  @AfterEach
  void close() {
    if (rig != null) {
      rig.close();
    }
  }

  private void use(CutOptions options, FlowKeyOptions key) {
    rig.close();
    rig = new CutRig(options, key, CAPACITY);
  }

  /** Kinds of frames that are cut; each call makes new ones to change. */
  private static List<Supplier<CutFrame>> kinds() {
    return List.of(
        () -> ipv4(),
        () -> ipv4().udp(),
        () -> ipv6(),
        () -> ipv6().udp(),
        () -> ipv4().options(3));
  }

  private void armPlain(CutFrame frame) {
    rig.arm(frame.bytes(), ENTRY);
  }

  private int run(CutFrame frame) {
    return rig.run(frame.bytes());
  }

  /** The flow of a frame is armed, and it is cut, so the other frame passes for what it is. */
  private void assertPasses(CutFrame plain, CutFrame other) {
    armPlain(plain);
    assertThat(run(plain)).isEqualTo(CUT);
    rig.reset(ENTRY);
    assertThat(run(other)).isEqualTo(PASS);
    assertThat(rig.packets(ENTRY)).isZero();
    rig.disarm(rig.flow(plain.bytes()));
  }

  @Test
  void shouldCutPacketsOfAFlowThatIsInInBothDirections() {
    for (Supplier<CutFrame> kind : kinds()) {
      for (int[] ends : new int[][] {{1, 2}, {2, 1}, {1, 1}}) {
        for (int[] ports : new int[][] {{4000, 443}, {443, 4000}, {443, 443}, {40000, 443}}) {
          CutFrame frame = kind.get().ends(ends[0], ends[1]).ports(ports[0], ports[1]);
          armPlain(frame);
          assertThat(run(frame)).isEqualTo(CUT);
          assertThat(run(frame.reversed())).isEqualTo(CUT);
          assertThat(rig.packets(ENTRY)).isEqualTo(2);
          rig.disarm(rig.flow(frame.bytes()));
          assertThat(run(frame)).isEqualTo(PASS);
        }
      }
    }
  }

  @Test
  void shouldPassPacketsOfOtherFlows() {
    for (Supplier<CutFrame> kind : kinds()) {
      assertPasses(kind.get(), kind.get().ends(1, 3));
      assertPasses(kind.get(), kind.get().ends(3, 2));
      assertPasses(kind.get(), kind.get().ports(4000, 444));
      assertPasses(kind.get(), kind.get().ports(4001, 443));
      assertPasses(kind.get(), kind.get().ports(443, 4000));
    }
    assertPasses(ipv4(), ipv4().udp());
    assertPasses(ipv6().udp(), ipv6());
  }

  @Test
  void shouldCutBehindUpToTwoTags() {
    for (Supplier<CutFrame> kind : kinds()) {
      armPlain(kind.get());
      for (int tag : new int[] {VLAN, QINQ, OLD_QINQ}) {
        assertThat(run(kind.get().tags(tag))).isEqualTo(CUT);
        assertThat(run(kind.get().tags(tag, VLAN))).isEqualTo(CUT);
        assertThat(run(kind.get().tags(QINQ, tag))).isEqualTo(CUT);
        assertThat(run(kind.get().tags(tag, VLAN, VLAN))).isEqualTo(PASS);
      }
      assertThat(run(kind.get().tags(0x88e70000))).isEqualTo(PASS);
      assertThat(rig.packets(ENTRY)).isEqualTo(9);
      rig.disarm(rig.flow(kind.get().bytes()));
    }
  }

  @Test
  void shouldPassTaggedFramesWhenVlansAreNetworks() {
    FlowKeyOptions key = KEY.withSeparators(Set.of(Separator.VLAN));
    use(CutRig.options(key), key);

    for (Supplier<CutFrame> kind : kinds()) {
      assertPasses(kind.get(), kind.get().tags(VLAN));
      assertPasses(kind.get(), kind.get().tags(QINQ, VLAN));
    }
  }

  @Test
  void shouldCutBehindOptionsOfEveryLength() {
    armPlain(ipv4());
    for (int words = 1; words <= 10; words++) {
      assertThat(run(ipv4().options(words).payload(words))).isEqualTo(CUT);
    }
    assertThat(rig.payload(ENTRY)).isEqualTo(55);
  }

  @Test
  void shouldPassAVersionOrHeaderLengthThatCannotBe() {
    for (int first : new int[] {0x00, 0x35, 0x40, 0x44, 0x50, 0x55, 0x65, 0xf5}) {
      byte[] frame = ipv4().bytes();
      rig.arm(frame, ENTRY);
      frame[14] = (byte) first;
      assertThat(rig.run(frame)).isEqualTo(PASS);
      rig.disarm(rig.flow(ipv4().bytes()));
    }
    byte[] frame = ipv6().bytes();
    rig.arm(frame, ENTRY);
    frame[14] = 0x45;
    assertThat(rig.run(frame)).isEqualTo(PASS);
  }

  @Test
  void shouldPassWhatOpensOrEndsAConnection() {
    for (Supplier<CutFrame> kind : List.<Supplier<CutFrame>>of(CutFrame::ipv4, CutFrame::ipv6)) {
      for (int flags : new int[] {FIN, RST, SYN}) {
        assertPasses(kind.get(), kind.get().flags(flags));
        assertPasses(kind.get(), kind.get().flags(flags | ACK));
        assertPasses(kind.get(), kind.get().flags(flags | OTHER_FLAGS));
      }
      armPlain(kind.get());
      assertThat(run(kind.get().flags(OTHER_FLAGS))).isEqualTo(CUT);
      assertThat(run(kind.get().flags(0))).isEqualTo(CUT);
      rig.disarm(rig.flow(kind.get().bytes()));
    }
  }

  @Test
  void shouldPassAllOfAFlowFromASynOnThatAnswersNone() {
    for (Supplier<CutFrame> kind : List.<Supplier<CutFrame>>of(CutFrame::ipv4, CutFrame::ipv6)) {
      armPlain(kind.get());
      for (int flags : new int[] {FIN | ACK, RST | ACK, RST, SYN | ACK, FIN}) {
        assertThat(run(kind.get().reversed().flags(flags))).isEqualTo(PASS);
        assertThat(rig.isDead(ENTRY)).isFalse();
      }
      assertThat(run(kind.get())).isEqualTo(CUT);

      assertThat(run(kind.get().reversed().flags(SYN))).isEqualTo(PASS);
      assertThat(rig.isDead(ENTRY)).isTrue();
      assertThat(run(kind.get())).isEqualTo(PASS);
      assertThat(rig.packets(ENTRY)).isEqualTo(1);
      assertThat(rig.maps().packets()).isEqualTo(rig.maps().bytes() / kind.get().bytes().length);
      rig.disarm(rig.flow(kind.get().bytes()));
      rig.close();
      rig = CutRig.of(KEY, CAPACITY);
    }
  }

  @Test
  void shouldPassASynOfAFlowThatIsNotIn() {
    assertThat(run(ipv4().flags(SYN))).isEqualTo(PASS);
    assertThat(run(ipv6().flags(SYN))).isEqualTo(PASS);
  }

  @Test
  void shouldPassWhenTheEntryIsDead() {
    armPlain(ipv4());
    rig.set(ENTRY, CutEntryLayout.DEAD, 1);
    long last = rig.get(ENTRY, CutEntryLayout.LAST);

    assertThat(run(ipv4())).isEqualTo(PASS);
    assertThat(rig.packets(ENTRY)).isZero();
    assertThat(rig.get(ENTRY, CutEntryLayout.LAST)).isEqualTo(last);
  }

  @Test
  void shouldDieWhenTheFlowWasSilentForItsTimeout() {
    armPlain(ipv4());
    rig.set(ENTRY, CutEntryLayout.LAST, System.nanoTime() - TIMEOUT_NANOS - MINUTE);

    assertThat(run(ipv4())).isEqualTo(PASS);
    assertThat(rig.isDead(ENTRY)).isTrue();
    assertThat(rig.packets(ENTRY)).isZero();
  }

  @Test
  void shouldLiveAndRememberThePacketWhenTheFlowWasSilentForLess() {
    armPlain(ipv4());
    for (long age : new long[] {TIMEOUT_NANOS - 10 * MINUTE, -MINUTE}) {
      long before = System.nanoTime();
      rig.set(ENTRY, CutEntryLayout.LAST, before - age);

      assertThat(run(ipv4())).isEqualTo(CUT);
      assertThat(rig.isDead(ENTRY)).isFalse();
      assertThat(rig.get(ENTRY, CutEntryLayout.LAST))
          .isBetween(before - MINUTE / 2, System.nanoTime());
    }
  }

  @Test
  void shouldDieTwoTicksBeforeTheTimeoutButNotAtOnce() {
    long timeout = TimeUnit.MILLISECONDS.toNanos(15);
    use(CutOptions.of(CaptureMode.ETHERNET, KEY, timeout, FrontFilter.all(PASS)), KEY);
    armPlain(ipv4());
    rig.set(ENTRY, CutEntryLayout.LAST, System.nanoTime() + MINUTE);
    assertThat(run(ipv4())).isEqualTo(CUT);

    rig.set(ENTRY, CutEntryLayout.LAST, System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(14));
    assertThat(run(ipv4())).isEqualTo(PASS);
    assertThat(rig.isDead(ENTRY)).isTrue();
  }

  /** Now and then it is not stopped between the two looks at the clock. */
  @Test
  void shouldLiveForAMomentHoweverShortTheTimeout() {
    use(CutOptions.of(CaptureMode.ETHERNET, KEY, 1, FrontFilter.all(PASS)), KEY);
    armPlain(ipv4());

    Await.until(
        "a packet that is cut",
        () -> {
          rig.reset(ENTRY);
          return run(ipv4()) == CUT;
        });
  }

  @Test
  void shouldPassUdpThatIsTooShortBehindOptions() {
    CutFrame frame = ipv4().udp().options(1).ports(0, 0);
    armPlain(frame);

    assertThat(run(frame.payload(5))).isEqualTo(PASS);
    assertThat(run(frame.payload(6))).isEqualTo(CUT);
  }

  @Test
  void shouldPassFragments() {
    for (int bits : new int[] {MORE_FRAGMENTS, MORE_FRAGMENTS | 1, 1, 0x1fff, 0x0100}) {
      assertPasses(ipv4(), ipv4().fragment(bits));
      assertPasses(ipv4().udp(), ipv4().udp().options(1).fragment(bits));
    }
    armPlain(ipv4());
    assertThat(run(ipv4().fragment(DONT_FRAGMENT))).isEqualTo(CUT);
    assertThat(run(ipv4().fragment(0x8000))).isEqualTo(CUT);
  }

  @Test
  void shouldPassOtherProtocolsAndExtensionHeaders() {
    for (int protocol : new int[] {0, 1, 41, 43, 44, 47, 50, 51, 58, 60, 132}) {
      assertPasses(ipv4(), ipv4().protocol(protocol));
      assertPasses(ipv6(), ipv6().protocol(protocol));
    }
  }

  @Test
  void shouldPassLengthsThatContradict() {
    for (Supplier<CutFrame> kind : kinds()) {
      assertPasses(kind.get(), kind.get().excess(1));
      assertPasses(kind.get(), kind.get().excess(60_000));
      assertPasses(kind.get(), kind.get().payload(20).excess(-21));
    }
    assertPasses(ipv4(), ipv4().tcpWords(4));
    assertPasses(ipv6(), ipv6().tcpWords(0));
    byte[] tooLongHeader = ipv4().payload(30).bytes();
    tooLongHeader[14 + 20 + 12] = (byte) 0xf0;
    armPlain(ipv4());
    assertThat(rig.run(tooLongHeader)).isEqualTo(PASS);
    assertThat(rig.isDead(ENTRY)).isFalse();
  }

  @Test
  void shouldCountPayloadWithoutHeadersAndPadding() {
    for (Supplier<CutFrame> kind : kinds()) {
      armPlain(kind.get());
      assertThat(run(kind.get().payload(0).padding(20))).isEqualTo(CUT);
      assertThat(rig.payload(ENTRY)).isZero();
      assertThat(run(kind.get().payload(7).padding(20))).isEqualTo(CUT);
      assertThat(run(kind.get().payload(1001))).isEqualTo(CUT);
      assertThat(rig.payload(ENTRY)).isEqualTo(1008);
      rig.disarm(rig.flow(kind.get().bytes()));
    }
    armPlain(ipv4());
    assertThat(run(ipv4().tcpWords(15).payload(3))).isEqualTo(CUT);
    assertThat(rig.payload(ENTRY)).isEqualTo(3);
    assertThat(rig.packets(ENTRY)).isEqualTo(1);
  }

  @Test
  void shouldCountPacketsAndBytesInAll() {
    armPlain(ipv4());
    rig.arm(ipv6().bytes(), 0);
    long bytes = 0;
    for (int i = 0; i < 100; i++) {
      CutFrame frame = i % 2 == 0 ? ipv4().payload(i) : ipv6().payload(i).tags(VLAN);
      assertThat(run(frame)).isEqualTo(CUT);
      assertThat(run(frame.ports(1, 2))).isEqualTo(PASS);
      bytes += frame.bytes().length;
    }
    assertThat(rig.maps().packets()).isEqualTo(100);
    assertThat(rig.maps().bytes()).isEqualTo(bytes);
    assertThat(rig.packets(ENTRY)).isEqualTo(50);
    assertThat(rig.packets(0)).isEqualTo(50);
  }

  /** What is not there of a frame cannot be cut by what the program believes it to be. */
  @Test
  void shouldPassFramesThatAreTooShortAtEveryLength() {
    for (Supplier<CutFrame> kind : kinds()) {
      for (int[] tags : new int[][] {{}, {VLAN}, {QINQ, VLAN}}) {
        byte[] frame = kind.get().tags(tags).payload(20).bytes();
        rig.arm(frame, ENTRY);
        for (int length = 0; length < frame.length; length++) {
          assertThat(rig.run(Arrays.copyOf(frame, length))).as("%d", length).isEqualTo(PASS);
        }
        assertThat(rig.run(frame)).isEqualTo(CUT);
        rig.disarm(rig.flow(frame));
      }
    }
  }

  @Test
  void shouldCutOnlyByWholeHeadersWhenIpSaysTheLengthThatThereIs() {
    for (Supplier<CutFrame> kind : kinds()) {
      armPlain(kind.get());
      CutFrame whole = kind.get().payload(20);
      int length = whole.bytes().length;
      for (int missing = 0; missing <= length; missing++) {
        byte[] frame = kind.get().payload(20).excess(-missing).bytes();
        int verdict = rig.run(Arrays.copyOf(frame, length - missing));
        assertThat(verdict).as("%d", missing).isEqualTo(missing <= whole.spare() ? CUT : PASS);
      }
      rig.disarm(rig.flow(whole.bytes()));
    }
  }

  @Test
  void shouldPassUdpOfPortsThatTunnelsHave() {
    TunnelOptions.all()
        .byPort()
        .keySet()
        .forEach(
            port -> {
              assertPasses(ipv4().udp(), ipv4().udp().ports(port, 443));
              assertPortPasses(ipv4().udp().ports(port, 40_000));
              assertPortPasses(ipv6().udp().ports(40_000, port));
              armPlain(ipv4().ports(port, 40_000));
              assertThat(run(ipv4().ports(port, 40_000))).isEqualTo(CUT);
              rig.disarm(rig.flow(ipv4().ports(port, 40_000).bytes()));
            });
  }

  /** What is in the "tunnel" is none, so its flow is that of the ports. */
  private void assertPortPasses(CutFrame frame) {
    armPlain(frame);
    assertThat(run(frame)).isEqualTo(PASS);
    assertThat(run(frame.reversed())).isEqualTo(PASS);
    rig.disarm(rig.flow(frame.bytes()));
  }

  @Test
  void shouldCutUdpOfEveryPortWhenTunnelsAreNotLookedInto() {
    FlowKeyOptions key = KEY.withTunnels(TunnelOptions.none());
    use(CutRig.options(key), key);
    armPlain(ipv4().udp().ports(VXLAN_PORT, 443));

    assertThat(run(ipv4().udp().ports(VXLAN_PORT, 443))).isEqualTo(CUT);
  }

  @Test
  void shouldCutOneDirectionAloneWhenFlowsHaveOne() {
    FlowKeyOptions key = KEY.withDirectional(true);
    use(CutRig.options(key), key);
    for (Supplier<CutFrame> kind : kinds()) {
      assertPasses(kind.get(), kind.get().reversed());
      assertPasses(kind.get().reversed(), kind.get());
    }
  }

  @Test
  void shouldTruncateAndNotCountWhenItIsToTruncate() {
    use(CutRig.options(KEY).withTruncation(96), KEY);
    armPlain(ipv4());
    long last = rig.get(ENTRY, CutEntryLayout.LAST) - MINUTE;
    rig.set(ENTRY, CutEntryLayout.LAST, last);

    assertThat(run(ipv4())).isEqualTo(96);
    assertThat(run(ipv4().flags(FIN))).isEqualTo(PASS);
    assertThat(run(ipv4().ports(1, 1))).isEqualTo(PASS);
    assertThat(rig.get(ENTRY, CutEntryLayout.LAST)).isGreaterThan(last + MINUTE / 2);
    assertThat(rig.packets(ENTRY)).isZero();
    assertThat(rig.payload(ENTRY)).isZero();
    assertThat(rig.maps().packets()).isZero();
    assertThat(run(ipv4().flags(SYN))).isEqualTo(PASS);
    assertThat(run(ipv4())).isEqualTo(PASS);
  }

  @Test
  void shouldKeepNoMoreThanTheFilterWhenItTruncates() {
    for (int snaplen : new int[] {1, 68, 95, 96, 97, -1}) {
      CutOptions drop =
          CutOptions.of(CaptureMode.ETHERNET, KEY, TIMEOUT_NANOS, FrontFilter.all(snaplen));
      use(drop.withTruncation(96), KEY);
      armPlain(ipv4());

      int expected = snaplen == -1 ? 96 : Math.min(snaplen, 96);
      assertThat(run(ipv4())).isEqualTo(expected);
      assertThat(run(ipv4().ports(1, 1))).isEqualTo(snaplen);
    }
  }

  @Test
  void shouldLookAtNothingThatTheFilterDoesNotWant() {
    FrontFilter longerThan200 =
        (code, accepted, reject) -> {
          code.load(0, R0, R6, 0);
          code.jump(EbpfAssembler.BPF_JLE, R0, 200, reject);
          code.setWord(accepted, PASS);
        };
    for (int bytes : new int[] {0, 96}) {
      CutOptions drop = CutOptions.of(CaptureMode.ETHERNET, KEY, TIMEOUT_NANOS, longerThan200);
      use(drop.withTruncation(bytes), KEY);
      armPlain(ipv4());

      assertThat(run(ipv4().payload(100))).isZero();
      assertThat(run(ipv4().payload(100).ports(1, 1))).isZero();
      assertThat(rig.packets(ENTRY)).isZero();
      assertThat(run(ipv4().payload(200).ports(1, 1))).isEqualTo(PASS);
      assertThat(run(ipv4().payload(200))).isEqualTo(bytes);
    }
  }

  @Test
  void shouldFindIpAtTheBeginningWhenThereIsNoLink() {
    use(CutOptions.of(CaptureMode.IP, KEY, TIMEOUT_NANOS, FrontFilter.all(PASS)), KEY);
    long bytes = 0;
    for (Supplier<CutFrame> kind : kinds()) {
      CutFrame frame = kind.get();
      armPlain(frame);
      assertThat(run(frame)).isEqualTo(CUT);
      assertThat(run(frame.reversed())).isEqualTo(CUT);
      assertThat(rig.payload(ENTRY)).isEqualTo(200);
      assertThat(run(kind.get().tags(VLAN))).isEqualTo(PASS);
      bytes += 2 * (frame.bytes().length - 14);
      rig.disarm(rig.flow(frame.bytes()));
    }
    assertThat(rig.maps().bytes()).isEqualTo(bytes);
  }

  @Test
  void shouldAskNoTableWhenTheSieveDoesNotHaveTheFlow() {
    for (Supplier<CutFrame> kind : kinds()) {
      armPlain(kind.get());
      rig.forget(rig.flow(kind.get().bytes()));

      assertThat(run(kind.get())).isEqualTo(PASS);
      assertThat(rig.packets(ENTRY)).isZero();
      rig.arm(kind.get().ports(1, 1).bytes(), 0);
      assertThat(run(kind.get().ports(1, 1))).isEqualTo(CUT);
      rig.close();
      rig = CutRig.of(KEY, CAPACITY);
    }
  }

  @Test
  void shouldPassAnIndexBehindTheLastEntry() {
    rig.insert(rig.flow(ipv4().bytes()), CAPACITY);

    assertThat(run(ipv4())).isEqualTo(PASS);
  }

  @Test
  void shouldDoTheSameByTheExactClock() {
    try (CutMaps maps = new CutMaps(CAPACITY);
        BpfProgram program =
            CutProgram.load(CutRig.options(KEY), maps, KernelFunction.MONOTONIC_NANOS)) {
      assertThat(program.run(ipv4().bytes())).isEqualTo(PASS);
    }
  }

  @Test
  void shouldRefuseWhatCannotBe() {
    FrontFilter all = FrontFilter.all(PASS);
    List<Supplier<CutOptions>> wrong = new ArrayList<>();
    wrong.add(() -> CutOptions.of(CaptureMode.COOKED, KEY, 1, all));
    wrong.add(() -> CutOptions.of(CaptureMode.ETHERNET, KEY, 0, all));
    wrong.add(() -> CutRig.options(KEY).withTruncation(95));
    wrong.add(() -> new CutOptions(CaptureMode.ETHERNET, false, false, Set.of(65536), 1, 0, all));

    for (Supplier<CutOptions> options : wrong) {
      assertThatIllegalArgumentException().isThrownBy(options::get);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> wrong.get(0).get())
        .withMessageContaining("not on all at once");
  }
}
