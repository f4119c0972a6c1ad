package org.gotm.ffm.fanout;

import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JNE;
import static org.gotm.ffm.ebpf.Register.R0;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.ebpf.Register.R2;
import static org.gotm.ffm.ebpf.Register.R3;
import static org.gotm.ffm.fanout.FanoutCode.ANSWER;
import static org.gotm.ffm.fanout.FanoutCode.AT;
import static org.gotm.ffm.fanout.FanoutCode.KIND;
import static org.gotm.ffm.fanout.FanoutCode.PACKET;
import static org.gotm.ffm.fanout.FanoutStack.END;
import static org.gotm.ffm.fanout.FanoutStack.SOURCE;
import static org.gotm.ffm.fanout.FanoutStack.TARGET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_OR;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_8021AD;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_8021Q;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_OUTGOING;

import org.gotm.ffm.ebpf.EbpfAssembler;
import org.gotm.ffm.ebpf.SocketBuffer;
import org.gotm.ffm.linux.CaptureMode;

/**
 * Writes the beginning and the end of the fanout program: where the network header is and what it
 * is, as the kernel tells it; and the answer for a frame that no flow was found in, which is told
 * by its MAC addresses.
 *
 * <p>A fanout program sees a packet that was received from the network header on, but one that is
 * sent from its link header on. The kernel has taken the outermost VLAN tag out of what was
 * received; the type it tells is that behind the tag.
 */
final class FanoutStart {
  private static final int ETHERNET_LENGTH = 14;
  private static final int MAC_ADDRESSES_LENGTH = 12;
  private static final int FROM_LINK_HEADER = 0;
  private static final int FROM_NETWORK_HEADER = 1;

  private final FanoutCode fanout;
  private final FanoutHash hash;
  private final CaptureMode mode;
  private final EbpfAssembler code;

  FanoutStart(FanoutCode fanout, FanoutHash hash, CaptureMode mode) {
    this.fanout = fanout;
    this.hash = hash;
    this.mode = mode;
    code = fanout.code;
  }

  /** Writes the beginning; the next piece gets an EtherType and what is behind it. */
  void write() {
    int found = code.newLabel();
    code.copy(PACKET, R1);
    fanout.context(R1, SocketBuffer.LENGTH);
    fanout.clear(R1);
    fanout.keep(END, R1);
    fanout.context(KIND, SocketBuffer.PROTOCOL);
    code.fromNetwork(KIND, 16);
    code.set(AT, 0);
    fanout.context(R1, SocketBuffer.PACKET_TYPE);
    code.jump(BPF_JNE, R1, PACKET_OUTGOING(), found);
    if (mode.equals(CaptureMode.ETHERNET)) {
      code.set(AT, ETHERNET_LENGTH);
    } else if (mode.isCooked()) {
      skipLinkHeader(found);
    }
    code.mark(found);
  }

  /**
   * Not every interface has a link header: it is there if what is behind it is what the kernel has
   * for the network header. It looks for that behind VLAN tags, which Ethernet alone has.
   */
  private void skipLinkHeader(int found) {
    code.set(AT, ETHERNET_LENGTH);
    code.jump(BPF_JEQ(), KIND, ETH_P_8021Q(), found);
    code.jump(BPF_JEQ(), KIND, ETH_P_8021AD(), found);
    fanout.take(Long.BYTES, found);
    fanout.uint64(KIND, 0);
    fanout.takeFrom(FROM_NETWORK_HEADER, Long.BYTES);
    code.jump(BPF_JNE, R0, 0, fanout.done);
    fanout.uint64(R1, 0);
    code.copy(R2, KIND);
    fanout.context(KIND, SocketBuffer.PROTOCOL);
    code.fromNetwork(KIND, 16);
    code.jump(BPF_JEQ(), R1, R2, found);
    code.set(AT, 0);
  }

  /** Writes the answer for a frame without a flow. */
  void writeIfNoFlow() {
    int flow = code.newLabel();
    int unknown = code.newLabel();
    code.jump(BPF_JNE, ANSWER, 0, flow);
    if (mode.equals(CaptureMode.ETHERNET)) {
      fanout.takeFrom(FROM_LINK_HEADER, MAC_ADDRESSES_LENGTH);
      code.jump(BPF_JNE, R0, 0, unknown);
      keepMacAddress(0, TARGET);
      keepMacAddress(6, SOURCE);
      code.set(R1, 0);
      hash.answer(R1, R1);
    }
    code.mark(unknown);
    fanout.answer();
    code.mark(flow);
  }

  private void keepMacAddress(int offset, int slot) {
    fanout.uint16(R1, offset);
    for (int i = 2; i < 6; i += 2) {
      fanout.uint16(R3, offset + i);
      code.alu(BPF_LSH(), R1, 16);
      code.alu(BPF_OR(), R1, R3);
    }
    fanout.keepWord(slot, R1);
  }
}
