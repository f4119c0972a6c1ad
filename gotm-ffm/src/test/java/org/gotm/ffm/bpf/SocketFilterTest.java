package org.gotm.ffm.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import org.gotm.ffm.linux.generated.sock_fprog;
import org.junit.jupiter.api.Test;

class SocketFilterTest {
  private static final BpfInstruction LOAD = new BpfInstruction(0x28, 0, 0, 12);
  private static final BpfInstruction IF_IP = new BpfInstruction(0x15, 0, 1, 0x0800);
  private static final BpfInstruction KEEP = new BpfInstruction(0x06, 0, 0, 262_144);
  private static final BpfInstruction DROP = new BpfInstruction(0x06, 0, 0, 0);

  private final SocketFilter filter = new SocketFilter(List.of(LOAD, IF_IP, KEEP, DROP));

  @Test
  void shouldKeepLessOfAPacketWhenLimited() {
    assertThat(filter.limitedTo(96).instructions())
        .containsExactly(LOAD, IF_IP, new BpfInstruction(0x06, 0, 0, 96), DROP);
  }

  @Test
  void shouldLimitWhenWholePacketsWereKept() {
    SocketFilter whole = SocketFilter.keep(SocketFilter.WHOLE_PACKET);

    assertThat(whole.limitedTo(96)).extracting(f -> f.instructions().getFirst().k()).isEqualTo(96);
  }

  @Test
  void shouldStayAsItIsWhenItKeepsLessThanTheLimit() {
    assertThat(SocketFilter.keep(40).limitedTo(96).instructions().getFirst().k()).isEqualTo(40);
  }

  @Test
  void shouldBeTheSameWhenWrittenAndReadBack() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment program = filter.allocate(arena);

      assertThat(sock_fprog.len(program)).isEqualTo((short) 4);
      assertThat(SocketFilter.of(sock_fprog.filter(program).reinterpret(4 * 8)).instructions())
          .isEqualTo(filter.instructions());
    }
  }

  @Test
  void shouldRefuseWhenThereAreTooManyInstructions() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SocketFilter(Collections.nCopies(4097, DROP)))
        .withMessageContaining("4097")
        .withMessageContaining("4096");
  }

  @Test
  void shouldRefuseWhenThereAreNoInstructions() {
    assertThatIllegalArgumentException().isThrownBy(() -> new SocketFilter(List.of()));
  }
}
