package org.gotm.ffm.ebpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.gotm.ffm.linux.generated.linux_h.BPF_A;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ABS;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ALU;
import static org.gotm.ffm.linux.generated.linux_h.BPF_AND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_DIV;
import static org.gotm.ffm.linux.generated.linux_h.BPF_H;
import static org.gotm.ffm.linux.generated.linux_h.BPF_IMM;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JA;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JMP;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LDX;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MEM;
import static org.gotm.ffm.linux.generated.linux_h.BPF_OR;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ST;
import static org.gotm.ffm.linux.generated.linux_h.BPF_W;
import static org.gotm.ffm.linux.generated.linux_h.BPF_X;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_CPU;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_HATYPE;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_MAX;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_NLATTR;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_NLATTR_NEST;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_OFF;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_PAY_OFFSET;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_RANDOM;

import java.util.Arrays;
import java.util.Set;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.VethPair;
import org.gotm.ffm.bpf.BpfInstruction;
import org.gotm.ffm.bpf.SocketFilter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ClassicFilterTest {
  private static final BpfInstruction KEEP = instruction(BPF_RET(), -1);
  private static final BpfInstruction DROP = instruction(BPF_RET(), 0);
  private static final BpfInstruction KEEP_A = instruction(BPF_RET() | BPF_A(), 0);

  private static BpfInstruction instruction(int code, int k) {
    return new BpfInstruction(code, 0, 0, k);
  }

  private static BpfInstruction jumpIf(int k, int ifTrue, int ifFalse) {
    return new BpfInstruction(BPF_JMP() | BPF_JEQ(), ifTrue, ifFalse, k);
  }

  private static SocketFilter filter(BpfInstruction... instructions) {
    return new SocketFilter(Arrays.asList(instructions));
  }

  @Test
  void shouldWriteTheEasiestWayWhenTheFilterIsOfTheUsualForm() throws Exception {
    long[] program =
        TranslatedFilter.assemble(
            filter(
                instruction(BPF_LD() | BPF_H() | BPF_ABS(), 12),
                jumpIf(0x0800, 1, 0),
                jumpIf(0x86dd, 0, 1),
                KEEP,
                DROP));

    assertThat(program)
        .containsExactly(
            0x00000000_0000_16_bfL,
            0x00000000_0000_00_b4L, // A = 0
            0x00000000_0000_07_b4L, // X = 0
            0x0000000c_0000_00_28L,
            0x00000800_0001_00_15L,
            0x000086dd_0002_00_55L,
            0xffffffff_0000_09_b4L,
            0x00000000_0001_00_05L, // accepted
            0x00000000_0004_00_05L, // rejected
            0x00000000_0000_90_bfL,
            0x00000000_0001_00_55L,
            0xffffffff_0000_00_b7L,
            0x00000000_0000_00_95L,
            0x00000000_0000_00_b7L,
            0x00000000_0000_00_95L);
  }

  @Test
  void shouldLeaveOutWhatIsNeverComeTo() throws Exception {
    SocketFilter padded =
        filter(
            instruction(BPF_JMP() | BPF_JA(), 2),
            instruction(0x1234, 0), // not even known
            DROP,
            jumpIf(7, 1, 1),
            instruction(BPF_LD() | BPF_ABS(), SKF_AD_OFF() + SKF_AD_HATYPE()),
            KEEP,
            KEEP_A);

    assertThat(TranslatedFilter.assemble(padded))
        .isEqualTo(TranslatedFilter.assemble(filter(KEEP)));
  }

  @Test
  void shouldKeepNothingWhenNoReturnThatIsComeToKeepsSome() throws Exception {
    assertThat(ClassicFilter.of(filter(DROP)).keepsNothing()).isTrue();
    assertThat(ClassicFilter.of(filter(jumpIf(1, 0, 1), DROP, DROP, KEEP)).keepsNothing()).isTrue();
    assertThat(ClassicFilter.of(filter(jumpIf(1, 0, 1), DROP, KEEP)).keepsNothing()).isFalse();
    assertThat(ClassicFilter.of(filter(KEEP_A)).keepsNothing()).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(() -> TranslatedFilter.assemble(filter(DROP)))
        .withMessageContaining("keeps nothing");
  }

  @Test
  void shouldSayWhichInstructionCannotBeTranslatedAndWhy() {
    assertRefused(
        "translate instruction 1 of the filter to eBPF: it reads ancillary word 28, which eBPF does"
            + " not have",
        instruction(BPF_LD() | BPF_IMM(), 1),
        instruction(BPF_LD() | BPF_ABS(), SKF_AD_OFF() + SKF_AD_HATYPE()),
        KEEP_A);
    assertRefused(
        "translate instruction 0 of the filter to eBPF: it has the unknown code 0x8f",
        instruction(0x8f, 0),
        KEEP);
    assertRefused(
        "translate instruction 1 of the filter to eBPF: it goes back, or behind the end",
        jumpIf(6, 0, 1),
        instruction(BPF_JMP() | BPF_JA(), -2),
        KEEP);
    assertRefused(
        "translate instruction 0 of the filter to eBPF: it goes back, or behind the end",
        instruction(BPF_LD() | BPF_IMM(), 1));
    assertRefused(
        "translate instruction 0 of the filter to eBPF: it goes back, or behind the end",
        jumpIf(6, 0, 1),
        KEEP);
    assertRefused(
        "translate instruction 0 of the filter to eBPF: it divides by 0",
        instruction(BPF_ALU() | BPF_DIV(), 0),
        KEEP);
    assertRefused(
        "translate instruction 0 of the filter to eBPF: it shifts by more than 31 bits",
        instruction(BPF_ALU() | BPF_LSH(), 32),
        KEEP);
    assertRefused(
        "translate instruction 0 of the filter to eBPF: it uses memory that is not there",
        instruction(BPF_ST(), 16),
        KEEP);
  }

  private static void assertRefused(String message, BpfInstruction... instructions) {
    assertThatExceptionOfType(UnsupportedFilterException.class)
        .isThrownBy(() -> ClassicFilter.of(filter(instructions)))
        .withMessage(message);
  }

  /** The kernel takes these, but they have no counterpart. */
  private static final Set<Integer> CLASSIC_ALONE =
      Set.of(SKF_AD_HATYPE(), SKF_AD_NLATTR(), SKF_AD_NLATTR_NEST(), SKF_AD_PAY_OFFSET());

  @Test
  @Tag("live")
  void shouldRefuseWhatTheKernelRefusesWhenAnInstructionIsWrong() {
    VethPair.requireLive();
    try (DatagramPair pair = new DatagramPair()) {
      for (int code = 0; code < 0x200; code++) {
        for (int k : new int[] {0, 1, 15, 16, 31, 32, -1, Integer.MIN_VALUE, SKF_AD_OFF() - 1}) {
          assertSameRefusal(pair, instruction(code, k));
        }
      }
      for (int word = 0; word <= SKF_AD_MAX(); word++) {
        if (!CLASSIC_ALONE.contains(word)) {
          assertSameRefusal(pair, instruction(BPF_LD() | BPF_ABS(), SKF_AD_OFF() + word));
        }
      }
    }
  }

  /** All slots that are asked for are written before, which the kernel wants too. */
  private static void assertSameRefusal(DatagramPair pair, BpfInstruction instruction) {
    SocketFilter filter =
        filter(
            instruction(BPF_ST(), 0),
            instruction(BPF_ST(), 1),
            instruction(BPF_ST(), 15),
            instruction,
            KEEP,
            KEEP);
    assertThat(isTranslated(filter)).as("%s", instruction).isEqualTo(isTaken(filter, pair));
  }

  private static boolean isTaken(SocketFilter filter, DatagramPair pair) {
    try {
      filter.attachTo(pair.receiver());
      return true;
    } catch (PacketSourceException e) {
      assertThat(e).hasMessageContaining("Invalid argument");
      return false;
    }
  }

  private static boolean isTranslated(SocketFilter filter) {
    try {
      ClassicFilter.of(filter);
      return true;
    } catch (UnsupportedFilterException e) {
      return false;
    }
  }

  @Test
  @Tag("live")
  void shouldGoOnWhenAFunctionOfTheKernelWasCalled() throws Exception {
    VethPair.requireLive();
    for (int word : new int[] {SKF_AD_RANDOM(), SKF_AD_CPU()}) {
      assertKeepsX(word);
    }
  }

  private static void assertKeepsX(int word) throws Exception {
    SocketFilter filter =
        filter(
            instruction(BPF_LDX() | BPF_IMM(), 9),
            instruction(BPF_LD() | BPF_W() | BPF_ABS(), SKF_AD_OFF() + word),
            instruction(BPF_ALU() | BPF_AND(), 0),
            instruction(BPF_ALU() | BPF_OR() | BPF_X(), 0),
            KEEP_A);
    try (DatagramPair pair = new DatagramPair()) {
      pair.attachTranslated(filter);

      assertThat(pair.pass(new byte[20])).isEqualTo(9);
    }
  }

  @Test
  @Tag("live")
  void shouldReadZeroWhenASlotWasNotWritten() throws Exception {
    VethPair.requireLive();
    SocketFilter filter =
        filter(
            instruction(BPF_LD() | BPF_IMM(), 5),
            instruction(BPF_LD() | BPF_MEM(), 15),
            jumpIf(0, 0, 1),
            instruction(BPF_RET(), 3),
            KEEP);
    try (DatagramPair pair = new DatagramPair()) {
      pair.attachTranslated(filter);

      assertThat(pair.pass(new byte[20])).isEqualTo(3);
    }
  }
}
