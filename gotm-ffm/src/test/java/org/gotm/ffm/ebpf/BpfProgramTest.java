package org.gotm.ffm.ebpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.gotm.ffm.ebpf.Register.R0;
import static org.gotm.ffm.ebpf.Register.R1;

import org.gotm.ffm.SampleTraffic;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("live")
class BpfProgramTest {
  private static final int WORD = 0;

  private final EbpfAssembler code = new EbpfAssembler();

  @BeforeEach
  void requireRights() {
    VethPair.requireLive();
  }

  @Test
  void shouldAnswerWhatTheProgramDoesWhenItIsRun() {
    code.load(WORD, R0, R1, 0);
    code.exit();

    try (BpfProgram program = BpfProgram.load("length", code.assemble())) {
      assertThat(program.run(SampleTraffic.udp(1, 100))).isEqualTo(100 - 14);
    }
  }

  @Test
  void shouldSayWhatTheVerifierSaysWhenItRefusesAProgram() {
    code.copy(R0, Register.R3);
    code.exit();

    assertThatExceptionOfType(BpfException.class)
        .isThrownBy(() -> BpfProgram.load("wrong", code.assemble()))
        .withMessage("cannot load a program of eBPF (R3 !read_ok): Permission denied");
  }

  @Test
  void shouldSayWhyWhenAMapCannotBe() {
    assertThatExceptionOfType(BpfException.class)
        .isThrownBy(() -> BpfMap.lruHash("none", 8, 8, 0))
        .withMessage("cannot have a map of eBPF: Invalid argument");
  }
}
