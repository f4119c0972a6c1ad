package org.gotm.ffm.ebpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import org.gotm.ffm.linux.PacketSocket;

/**
 * A program in the kernel, for sockets. What it is attached to keeps it, so that it may be closed
 * then. One thread.
 */
public final class BpfProgram implements AutoCloseable {
  private static final int SOCKET_FILTER = 1;
  private static final String LICENSE = "Apache-2.0";
  private static final int LOG_BYTES = 1 << 20;

  private final int fd;

  private BpfProgram(int fd) {
    this.fd = fd;
  }

  /**
   * Has the kernel check a program and take it.
   *
   * @param name as tools show it, at most 15 letters, digits or {@code _}
   * @throws BpfException if it does not, with the last of what its verifier said
   */
  public static BpfProgram load(String name, long[] instructions) {
    try (BpfCommand load = new BpfCommand()) {
      MemorySegment memory = load.allocate(instructions.length * Long.BYTES);
      MemorySegment.copy(instructions, 0, memory, JAVA_LONG, 0, instructions.length);
      int answer =
          load.set(BpfCommand.PROGRAM_TYPE, SOCKET_FILTER)
              .set(BpfCommand.PROGRAM_LENGTH, instructions.length)
              .set(BpfCommand.PROGRAM_INSTRUCTIONS, memory)
              .setText(BpfCommand.PROGRAM_LICENSE, LICENSE)
              .setName(BpfCommand.PROGRAM_NAME, name)
              .run(BpfCommand.PROG_LOAD);
      if (answer < 0) {
        throw new BpfException("load a program of eBPF" + reason(load), answer);
      }
      return new BpfProgram(answer);
    }
  }

  /**
   * What the verifier has to say. It is asked a second time, as it refuses what is right if there
   * is no room for all of its words.
   */
  private static String reason(BpfCommand load) {
    MemorySegment log = load.allocate(LOG_BYTES);
    int answer =
        load.set(BpfCommand.PROGRAM_LOG_LEVEL, 1)
            .set(BpfCommand.PROGRAM_LOG_BYTES, LOG_BYTES)
            .set(BpfCommand.PROGRAM_LOG, log)
            .run(BpfCommand.PROG_LOAD);
    if (answer >= 0) {
      BpfCommand.closeDescriptor(answer);
    }
    String[] lines = log.getString(0).strip().split("\n");
    int reason = lines.length - 2; // the last line tells how much was looked at
    return reason < 0 ? "" : " (" + lines[reason].strip() + ")";
  }

  /** The descriptor, to attach. */
  public int fd() {
    return fd;
  }

  /**
   * Lets a socket receive only what the program keeps, from now on; its answer is the number of
   * bytes to keep, 0 to drop the packet. The one that was attached before goes, of either kind.
   *
   * @throws org.gotm.core.source.PacketSourceException if the kernel does not take it
   */
  public void attachTo(PacketSocket socket) {
    socket.attachProgram(fd);
  }

  /**
   * Runs it on a frame of Ethernet as if it had been received: the program finds the packet from
   * the network header on.
   *
   * @param frame at most 3712 bytes, at least its header and, if it says so, that of IP
   * @return what the program answers
   * @throws BpfException if the kernel does not run it
   */
  public int run(byte[] frame) {
    try (BpfCommand run = new BpfCommand()) {
      MemorySegment memory = run.allocate(frame.length);
      MemorySegment.copy(frame, 0, memory, JAVA_BYTE, 0, frame.length);
      int answer =
          run.set(BpfCommand.RUN_PROGRAM, fd)
              .set(BpfCommand.RUN_INPUT_BYTES, frame.length)
              .set(BpfCommand.RUN_INPUT, memory)
              .run(BpfCommand.PROG_TEST_RUN);
      if (answer < 0) {
        throw new BpfException("run a program of eBPF", answer);
      }
      return run.get(BpfCommand.RUN_ANSWER);
    }
  }

  @Override
  public void close() {
    BpfCommand.closeDescriptor(fd);
  }
}
