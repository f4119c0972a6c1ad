package org.gotm.ffm.ebpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.gotm.ffm.ebpf.Register.R0;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.ebpf.Register.R10;
import static org.gotm.ffm.ebpf.Register.R2;

import org.junit.jupiter.api.Test;

class EbpfAssemblerTest {
  private static final int JEQ = 0x10;
  private static final int ADD = 0;
  private static final int HALF = 0x08;

  private final EbpfAssembler assembler = new EbpfAssembler();

  @Test
  void shouldWriteEachKindOfInstructionAsTheKernelReadsIt() {
    assembler.set(R0, -1);
    assembler.copy(R1, R0);
    assembler.alu(ADD, R1, 7);
    assembler.alu(ADD, R2, R1);
    assembler.load(HALF, R2, R10, -8);
    assembler.store(HALF, R10, -8, R1);
    assembler.fromNetwork(R2, 16);
    assembler.setLong(R1, 0x1234_5678_9abc_def0L);
    assembler.call(KernelFunction.LOAD_BYTES);
    assembler.exit();

    assertThat(assembler.assemble())
        .containsExactly(
            0xffffffff_0000_00_b7L,
            0x00000000_0000_01_bfL,
            0x00000007_0000_01_07L,
            0x00000000_0000_12_0fL,
            0x00000000_fff8_a2_69L,
            0x00000000_fff8_1a_6bL,
            0x00000010_0000_02_dcL,
            0x9abcdef0_0000_01_18L,
            0x12345678_0000_00_00L,
            0x0000001a_0000_00_85L,
            0x00000000_0000_00_95L);
  }

  @Test
  void shouldCountTheInstructionsToSkipWhenJumpingOnAndBack() {
    int begin = assembler.newLabel();
    int end = assembler.newLabel();
    assembler.mark(begin);
    assembler.jump(JEQ, R1, 5, end);
    assembler.jump(EbpfAssembler.BPF_JNE, R1, R2, begin);
    assembler.jump(begin);
    assembler.mark(end);
    assembler.exit();

    assertThat(assembler.assemble())
        .containsExactly(
            0x00000005_0002_01_15L,
            0x00000000_fffe_21_5dL,
            0x00000000_fffd_00_05L,
            0x00000000_0000_00_95L);
    assertThat(assembler.isJumpedTo(end)).isTrue();
    assertThat(assembler.isJumpedTo(assembler.newLabel())).isFalse();
  }

  @Test
  void shouldRefuseWhenALabelStandsForNoPlace() {
    assembler.jump(assembler.newLabel());

    assertThatIllegalStateException()
        .isThrownBy(assembler::assemble)
        .withMessageContaining("no place");
  }
}
