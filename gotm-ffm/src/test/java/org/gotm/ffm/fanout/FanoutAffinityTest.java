package org.gotm.ffm.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.LinkType;
import org.gotm.core.packet.Tunnel;
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

/** All packets of one flow of the decoder get one answer of the fanout program. */
@Tag("live")
@Timeout(300)
class FanoutAffinityTest {
  private static final int SHORTEST = 14;
  private static final int HEADERS = 150;
  private static final int FUZZED = 20_000; // not so many that fragments are forgotten
  private static final int ROUNDS = Integer.getInteger("gotm.fuzz.rounds", 4);

  private final Map<FlowKey, Integer> answers = new HashMap<>();
  private FanoutJudge judge;
  private int decoded;

  @BeforeEach
  void load() {
    VethPair.requireLive();
    Tcpdump.require();
    judge = new FanoutJudge(TunnelOptions.all());
  }

  @AfterEach
  void unload() {
    if (judge != null) {
      judge.close();
    }
  }

  private static List<byte[]> capturedFrames() {
    List<byte[]> frames = new ArrayList<>();
    for (RealPackets capture : RealPackets.all()) {
      if (capture.linkType() == LinkType.ETHERNET) {
        capture.packets().forEach(packet -> frames.add(packet.bytes()));
      }
    }
    frames.removeIf(frame -> frame.length < SHORTEST);
    return frames;
  }

  private void check(byte[] whole, Object what) {
    byte[] frame = FanoutJudge.runnable(whole);
    FlowKey key = judge.flow(frame);
    int answer = judge.answer(frame);
    if (key != null) {
      decoded++;
      assertThat(answer)
          .as("%s: %s %s", what, key, HexFormat.of().formatHex(frame))
          .isEqualTo(FanoutJudge.expected(key));
      assertThat(answers.putIfAbsent(key, answer)).isIn(null, answer);
    }
  }

  @Test
  void shouldAnswerByTheFlowAloneWhenCapturesAreSeen() {
    List<byte[]> frames = capturedFrames();
    for (int i = 0; i < frames.size(); i++) {
      check(frames.get(i), i);
    }

    assertThat(decoded).isGreaterThan(frames.size() * 9 / 10);
    assertThat(answers).hasSizeGreaterThan(1000);
    assertThat(answers.values().stream().distinct().count()).isGreaterThan(900);
  }

  @Test
  void shouldAnswerByTheInnerFlowAloneWhenFramesAreInTunnels() {
    List<byte[]> frames = TunnelTraffic.frames();
    frames.forEach(frame -> check(frame, "tunnel"));

    assertThat(decoded).isEqualTo(frames.size());
    assertThat(answers).hasSize(3);
    assertThat(answers.values()).doesNotHaveDuplicates();
  }

  @Test
  void shouldAnswerByTheInnermostFlowWhenTunnelsAreInTunnels() {
    List<byte[]> frames = TunnelTraffic.nested();
    frames.forEach(frame -> check(frame, "tunnel in a tunnel"));

    assertThat(decoded).isEqualTo(frames.size()).isGreaterThan(1000);
    assertThat(answers).hasSize(1);
  }

  @Test
  void shouldAnswerByTheOuterFlowWhenTunnelsAreOff() {
    judge.close();
    judge = new FanoutJudge(TunnelOptions.none());
    TunnelTraffic.frames().forEach(frame -> check(frame, "no tunnel"));
    TunnelTraffic.nested().forEach(frame -> check(frame, "no tunnel"));

    assertThat(answers.keySet()).extracting(FlowKey::family).contains(FlowKeys.FAMILY_MAC);
  }

  @Test
  void shouldAnswerByTheInnerFlowWhenATunnelHasAPortOfItsOwn() {
    judge.close();
    judge = new FanoutJudge(TunnelOptions.all().withPort(50000, Tunnel.TEREDO));
    TunnelTraffic.frames().forEach(frame -> check(frame, "another port"));

    assertThat(decoded).isEqualTo(TunnelTraffic.frames().size());
  }

  @Test
  void shouldAnswerByTheFlowAloneWhenFramesAreMutatedAndCut() {
    long seed = System.nanoTime();
    System.out.println("FanoutAffinityTest: seed=" + seed);
    Random random = new Random(seed);
    List<byte[]> frames = capturedFrames();
    for (int i = 0; i < 10; i++) {
      frames.addAll(TunnelTraffic.frames());
    }
    frames.addAll(TunnelTraffic.nested());
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < FUZZED; i++) {
        check(mutated(frames.get(random.nextInt(frames.size())), random), "seed=" + seed);
      }
      judge.close();
      judge = new FanoutJudge(TunnelOptions.all());
    }

    assertThat(decoded).isGreaterThan(ROUNDS * FUZZED / 2);
  }

  /** Some bytes of the headers changed, and every other frame cut. */
  private static byte[] mutated(byte[] frame, Random random) {
    int headers = Math.min(frame.length, HEADERS);
    int length = random.nextBoolean() ? frame.length : random.nextInt(SHORTEST, headers + 1);
    byte[] mutated = Arrays.copyOf(frame, length);
    for (int n = random.nextInt(4); n > 0; n--) {
      mutated[random.nextInt(Math.min(length, HEADERS))] = (byte) random.nextInt();
    }
    return mutated;
  }
}
