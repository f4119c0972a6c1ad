package org.gotm.ffm.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class BpfAssemblerTest {
  private static final int LD_H_ABS = 0x28;
  private static final int JEQ = 0x15;
  private static final int JA = 0x05;
  private static final int RET_K = 0x06;

  private final BpfAssembler assembler = new BpfAssembler();

  @Test
  void shouldCountTheInstructionsToSkipWhenJumping() {
    int keep = assembler.newLabel();
    int drop = assembler.newLabel();
    assembler.load(0x08, 12);
    assembler.jump(0x10, 0x0800, keep, BpfAssembler.NEXT);
    assembler.jump(0x10, 0x86dd, keep, drop);
    assembler.mark(drop);
    assembler.ret(0);
    assembler.mark(keep);
    assembler.ret(-1);

    assertThat(assembler.assemble())
        .containsExactly(
            new BpfInstruction(LD_H_ABS, 0, 0, 12),
            new BpfInstruction(JEQ, 2, 0, 0x0800),
            new BpfInstruction(JEQ, 1, 0, 0x86dd),
            new BpfInstruction(RET_K, 0, 0, 0),
            new BpfInstruction(RET_K, 0, 0, -1));
  }

  @Test
  void shouldJumpAnyDistanceWhenThereIsNoCondition() {
    int far = assembler.newLabel();
    assembler.jump(far);
    for (int i = 0; i < 1000; i++) {
      assembler.ret(0);
    }
    assembler.mark(far);
    assembler.ret(1);

    assertThat(assembler.assemble()[0]).isEqualTo(new BpfInstruction(JA, 0, 0, 1000));
  }

  @Test
  void shouldRefuseWhenAConditionJumpsTooFar() {
    int far = assembler.newLabel();
    assembler.jump(0x10, 1, far, BpfAssembler.NEXT);
    for (int i = 0; i < 256; i++) {
      assembler.ret(0);
    }
    assembler.mark(far);
    assembler.ret(1);

    assertThatIllegalStateException()
        .isThrownBy(assembler::assemble)
        .withMessageContaining("too far");
  }

  @Test
  void shouldRefuseWhenAJumpLeadsBack() {
    int back = assembler.newLabel();
    assembler.mark(back);
    assembler.jump(back);

    assertThatIllegalStateException()
        .isThrownBy(assembler::assemble)
        .withMessageContaining("no later place");
  }
}
