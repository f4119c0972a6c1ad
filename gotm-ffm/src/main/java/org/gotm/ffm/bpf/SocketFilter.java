package org.gotm.ffm.bpf;

import static org.gotm.ffm.linux.generated.linux_h.BPF_K;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MAXINSNS;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RET;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.gotm.ffm.linux.PacketSocket;
import org.gotm.ffm.linux.generated.sock_filter;
import org.gotm.ffm.linux.generated.sock_fprog;

/**
 * A classic BPF program as the kernel takes it, for a socket or a fanout group. Immutable.
 *
 * <p>On a socket its answer is the number of bytes to keep of a packet, 0 to drop it.
 */
public final class SocketFilter {
  /** The most instructions that the kernel takes. */
  public static final int MAX_LENGTH = BPF_MAXINSNS();

  /** Answer of a filter that keeps all of a packet, however long. */
  public static final int WHOLE_PACKET = 0xffff_ffff;

  private final List<BpfInstruction> instructions;

  /**
   * A filter of these instructions; the kernel checks them when it takes them.
   *
   * @throws IllegalArgumentException if there are none or more than the kernel takes
   */
  public SocketFilter(List<BpfInstruction> instructions) {
    if (instructions.isEmpty() || instructions.size() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "filter of %d instructions: the kernel takes 1 to %d; use a shorter -filter"
              .formatted(instructions.size(), MAX_LENGTH));
    }
    this.instructions = List.copyOf(instructions);
  }

  /** The filter in an array of {@code struct sock_filter}, or {@code struct bpf_insn}. */
  public static SocketFilter of(MemorySegment program) {
    return new SocketFilter(
        program
            .elements(sock_filter.layout())
            .map(
                slot ->
                    new BpfInstruction(
                        Short.toUnsignedInt(sock_filter.code(slot)),
                        Byte.toUnsignedInt(sock_filter.jt(slot)),
                        Byte.toUnsignedInt(sock_filter.jf(slot)),
                        sock_filter.k(slot)))
            .toList());
  }

  /** A filter that keeps {@code snaplen} bytes of every packet; 0 drops all packets. */
  public static SocketFilter keep(int snaplen) {
    return new SocketFilter(List.of(new BpfInstruction(BPF_RET() | BPF_K(), 0, 0, snaplen)));
  }

  /** The instructions in order. */
  public List<BpfInstruction> instructions() {
    return instructions;
  }

  /** This filter, keeping at most {@code snaplen} bytes of a packet. */
  public SocketFilter limitedTo(int snaplen) {
    return new SocketFilter(
        instructions.stream()
            .map(
                i ->
                    i.isReturn() && Integer.compareUnsigned(i.k(), snaplen) > 0
                        ? new BpfInstruction(i.code(), 0, 0, snaplen)
                        : i)
            .toList());
  }

  /**
   * Lets a socket receive only what this filter keeps, from now on.
   *
   * @throws org.gotm.core.source.PacketSourceException if the kernel does not take it
   */
  public void attachTo(PacketSocket socket) {
    try (Arena call = Arena.ofConfined()) {
      socket.attachFilter(allocate(call));
    }
  }

  /** The program as a {@code struct sock_fprog}, for as long as the arena lives. */
  public MemorySegment allocate(Arena arena) {
    long size = sock_filter.sizeof();
    MemorySegment program = arena.allocate(size * instructions.size(), Integer.BYTES);
    for (int i = 0; i < instructions.size(); i++) {
      BpfInstruction instruction = instructions.get(i);
      MemorySegment slot = program.asSlice(i * size, size);
      sock_filter.code(slot, (short) instruction.code());
      sock_filter.jt(slot, (byte) instruction.jumpTrue());
      sock_filter.jf(slot, (byte) instruction.jumpFalse());
      sock_filter.k(slot, instruction.k());
    }
    MemorySegment pointer = sock_fprog.allocate(arena);
    sock_fprog.len(pointer, (short) instructions.size());
    sock_fprog.filter(pointer, program);
    return pointer;
  }
}
