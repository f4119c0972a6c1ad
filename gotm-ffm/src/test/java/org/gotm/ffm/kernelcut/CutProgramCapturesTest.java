package org.gotm.ffm.kernelcut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gotm.ffm.kernelcut.CutRig.CUT;
import static org.gotm.ffm.kernelcut.CutRig.PASS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.LinkType;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.packet.TunnelTraffic;
import org.gotm.core.pcapfile.RealPackets;
import org.gotm.core.pcapfile.Tcpdump;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The cut program on real frames and on what becomes of them by chance: it cuts what the rules say
 * and nothing else, as the flow that the decoder finds.
 *
 * <p>{@code -Dgotm.captures} names a folder of further captures, {@code -Dgotm.cut.frames} how many
 * frames are mutated.
 */
@Tag("live")
@Timeout(600)
class CutProgramCapturesTest {
  private static final long SEED = Long.getLong("gotm.test.seed", System.nanoTime());
  private static final int MUTATED = Integer.getInteger("gotm.cut.frames", 20_000);
  private static final String FOLDER = System.getProperty("gotm.captures");
  private static final FlowKeyOptions KEY = FlowKeyOptions.defaults();

  private final CutRules rules = new CutRules(TunnelOptions.all().byPort().keySet());
  private final List<byte[]> frames = new ArrayList<>();

  /** What a frame in a tunnel must not be taken for. */
  private final FlowKeyOptions outer = KEY.withTunnels(TunnelOptions.none());

  private CutRig rig;
  private CutRig outerRig;
  private int cut;
  private int opened;

  @BeforeEach
  void collect() throws IOException {
    VethPair.requireLive();
    Tcpdump.require();
    RealPackets.all().forEach(this::addFrames);
    if (FOLDER != null) {
      addFolder(Path.of(FOLDER));
    }
    frames.addAll(TunnelTraffic.frames());
    rig = CutRig.of(KEY, 2 * frames.size());
    outerRig = CutRig.of(outer, 1);
  }

  @AfterEach
  void close() {
    if (rig != null) {
      rig.close();
      outerRig.close();
    }
  }

  private void addFolder(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".pcap")).toList()) {
        addFrames(RealPackets.read(file.toString(), Files.readAllBytes(file)));
      }
    }
  }

  private void addFrames(RealPackets capture) {
    if (capture.linkType() == LinkType.ETHERNET) {
      for (RealPackets.Packet packet : capture.packets()) {
        byte[] frame = packet.bytes();
        frames.add(Arrays.copyOf(frame, Math.min(frame.length, CutRig.LONGEST_FRAME)));
      }
    }
  }

  @Test
  void shouldCutWhatTheRulesSayWhenAllFlowsOfCapturesAreIn() {
    Map<FlowKey, Integer> entries = new HashMap<>();
    for (byte[] frame : frames) {
      enter(rig.flow(frame), entries);
      enter(outerRig.flow(frame), entries);
    }
    long bytes = 0;
    for (byte[] frame : frames) {
      FlowKey flow = rig.flow(frame);
      bytes += check(frame, flow, flow == null ? -1 : entries.getOrDefault(flow, -1));
    }

    System.out.printf(
        "CutProgramCapturesTest: %d of %d frames cut, %d opened%n", cut, frames.size(), opened);
    assertThat(cut).isGreaterThan(frames.size() / 4);
    assertThat(opened).isPositive();
    assertThat(rig.maps().packets()).isEqualTo(cut);
    assertThat(rig.maps().bytes()).isEqualTo(bytes);
  }

  private void enter(FlowKey flow, Map<FlowKey, Integer> entries) {
    if (isIp(flow) && !entries.containsKey(flow)) {
      rig.arm(flow, entries.size());
      entries.put(flow, entries.size());
    }
  }

  private static boolean isIp(FlowKey flow) {
    return flow != null
        && (flow.family() == FlowKeys.FAMILY_IPV4 || flow.family() == FlowKeys.FAMILY_IPV6);
  }

  @Test
  void shouldCutWhatTheRulesSayWhenFramesAreMutated() {
    System.out.println("CutProgramCapturesTest: -Dgotm.test.seed=" + SEED);
    Random random = new Random(SEED);
    CutMutator mutator = new CutMutator(random);
    long bytes = 0;
    for (int i = 0; i < MUTATED; i++) {
      bytes += checkAlone(mutator.mutate(frames.get(random.nextInt(frames.size()))));
    }

    System.out.printf(
        "CutProgramCapturesTest: %d of %d mutated frames cut, %d opened%n", cut, MUTATED, opened);
    assertThat(cut).isGreaterThan(MUTATED / 10);
    assertThat(opened).isGreaterThan(MUTATED / 1000);
    assertThat(rig.maps().packets()).isEqualTo(cut);
    assertThat(rig.maps().bytes()).isEqualTo(bytes);
  }

  /** Lets the flow of a frame be cut, and that between the ends of a tunnel, if there is one. */
  private long checkAlone(byte[] frame) {
    FlowKey flow = rig.flow(frame);
    FlowKey around = outerRig.flow(frame);
    boolean isIn = isIp(flow);
    boolean isAroundIn = isIp(around) && !around.equals(flow);
    if (isIn) {
      rig.arm(flow, 0);
    }
    if (isAroundIn) {
      rig.arm(around, 1);
    }
    long bytes = check(frame, flow, isIn ? 0 : -1);
    if (isIn) {
      rig.disarm(flow);
    }
    if (isAroundIn) {
      rig.disarm(around);
      assertThat(rig.packets(1)).as(() -> "around: " + hex(frame)).isZero();
      assertThat(rig.isDead(1)).as(() -> "around: " + hex(frame)).isFalse();
    }
    return bytes;
  }

  /** Runs a frame whose flow has this entry, or none; answers how many bytes were cut. */
  private long check(byte[] frame, FlowKey flow, int entry) {
    int payload = rules.payload(frame);
    if (entry >= 0) {
      rig.reset(entry);
    }
    int verdict = rig.run(frame);

    assertThat(verdict).as(() -> hex(frame)).isEqualTo(payload >= 0 ? CUT : PASS);
    if (entry >= 0) {
      assertThat(rig.isDead(entry)).as(() -> hex(frame)).isEqualTo(payload == CutRules.OPENS);
      boolean isFromSecond = (rig.keys().control(0) & FlowKeys.FROM_SECOND) != 0;
      int end = isFromSecond ? 1 : 0;
      assertThat(rig.packets(entry, end)).as(() -> hex(frame)).isEqualTo(payload >= 0 ? 1 : 0);
      assertThat(rig.payload(entry, end)).as(() -> hex(frame)).isEqualTo(Math.max(payload, 0));
      assertThat(rig.packets(entry, 1 - end)).as(() -> hex(frame)).isZero();
    }
    if (payload >= 0) {
      assertDecoderAgrees(frame, flow, payload);
      cut++;
      return frame.length;
    }
    opened += payload == CutRules.OPENS ? 1 : 0;
    return 0;
  }

  private void assertDecoderAgrees(byte[] frame, FlowKey flow, int payload) {
    assertThat(flow).as(() -> hex(frame)).isNotNull();
    assertThat(rig.keys().isControl(0)).as(() -> hex(frame)).isFalse();
    assertThat(rig.keys().payloadLength(0)).as(() -> hex(frame)).isEqualTo(payload);
  }

  private static String hex(byte[] frame) {
    return "seed=%d frame=%s".formatted(SEED, HexFormat.of().formatHex(frame));
  }
}
