package org.gotm.ffm.pcap;

import static org.gotm.ffm.linux.generated.linux_h.BPF_ABS;
import static org.gotm.ffm.linux.generated.linux_h.BPF_IND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LDX;
import static org.gotm.ffm.linux.generated.linux_h.BPF_MSH;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_HATYPE;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_IFINDEX;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_OFF;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_PKTTYPE;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_PROTOCOL;
import static org.gotm.ffm.linux.generated.linux_h.SKF_NET_OFF;

import org.gotm.ffm.bpf.BpfInstruction;
import org.gotm.ffm.bpf.SocketFilter;

/**
 * Makes a filter for LINUX_SLL2 packets into one for the socket that they come from: there what is
 * behind the header begins at the network header, and what stands in it is in ancillary words.
 */
final class CookedFilter {
  private static final int CLASS_MASK = 0x07;
  private static final int MODE_MASK = 0xe0;

  // The LINUX_SLL2 header.
  private static final int HEADER_LENGTH = 20;
  private static final int PROTOCOL = 0;
  private static final int INTERFACE_INDEX = 4;
  private static final int HARDWARE_TYPE = 8;
  private static final int PACKET_TYPE = 10;

  private CookedFilter() {}

  /**
   * The same filter for the socket.
   *
   * @param expression what it was compiled from, for the message
   * @throws FilterException if it looks at something that only the header has
   */
  static SocketFilter relocate(SocketFilter filter, String expression) {
    return new SocketFilter(
        filter.instructions().stream()
            .map(i -> readsPacket(i) ? relocate(i, expression) : i)
            .toList());
  }

  private static boolean readsPacket(BpfInstruction instruction) {
    int kind = instruction.code() & CLASS_MASK;
    int mode = instruction.code() & MODE_MASK;
    return (kind == BPF_LD() || kind == BPF_LDX())
        && (mode == BPF_ABS() || mode == BPF_IND() || mode == BPF_MSH());
  }

  private static BpfInstruction relocate(BpfInstruction instruction, String expression) {
    int offset = instruction.k();
    if (offset < 0) {
      return instruction; // ancillary already
    }
    int relocated =
        offset >= HEADER_LENGTH
            ? SKF_NET_OFF() + offset - HEADER_LENGTH
            : SKF_AD_OFF() + ancillary(offset, expression);
    return new BpfInstruction(
        instruction.code(), instruction.jumpTrue(), instruction.jumpFalse(), relocated);
  }

  private static int ancillary(int offset, String expression) {
    return switch (offset) {
      case PROTOCOL -> SKF_AD_PROTOCOL();
      case INTERFACE_INDEX -> SKF_AD_IFINDEX();
      case HARDWARE_TYPE -> SKF_AD_HATYPE();
      case PACKET_TYPE -> SKF_AD_PKTTYPE();
      default ->
          throw new FilterException(
              expression,
              "looks at byte %d of the header, which the kernel cannot filter by"
                  .formatted(offset));
    };
  }
}
