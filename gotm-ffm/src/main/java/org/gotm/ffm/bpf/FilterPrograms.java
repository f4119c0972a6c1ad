package org.gotm.ffm.bpf;

import static org.gotm.ffm.linux.generated.linux_h.BPF_B;
import static org.gotm.ffm.linux.generated.linux_h.BPF_H;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_W;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_8021AD;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_8021Q;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_IP;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_IPV6;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_QINQ1;
import static org.gotm.ffm.linux.generated.linux_h.PACKET_OUTGOING;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_IFINDEX;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_OFF;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_PKTTYPE;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_PROTOCOL;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapHeaderLayout;

/**
 * Filters written by hand, which need no libpcap.
 *
 * <p>Mind what a filter sees: the outermost VLAN tag of a received frame is not in it any more but
 * in ancillary words; that of a frame which this machine sends may still be in its place.
 */
public final class FilterPrograms {
  private static final int ALL = SocketFilter.WHOLE_PACKET;
  private static final int ETHERTYPE = 12;

  /** In each network namespace, loopback is the first interface: LOOPBACK_IFINDEX of the kernel. */
  private static final int LOOPBACK_INDEX = 1;

  private static final int INNER_ETHERTYPE = 16;

  private FilterPrograms() {}

  /**
   * What to attach to a socket.
   *
   * @param filter which packets to keep, or null for all
   * @param snaplen bytes of a packet to keep; from {@link PcapHeaderLayout#MAX_SNAPLEN} on, all
   * @param seesLoopback true if loopback's packets come to it
   * @return the filter, or null for none
   */
  public static SocketFilter forSocket(SocketFilter filter, int snaplen, boolean seesLoopback) {
    if (filter == null && snaplen >= PcapHeaderLayout.MAX_SNAPLEN && !seesLoopback) {
      return null;
    }
    SocketFilter limited = (filter == null ? SocketFilter.keep(ALL) : filter).limitedTo(snaplen);
    return seesLoopback ? withoutLoopbackCopies(limited) : limited;
  }

  /** What loopback sends comes back on it: takes each packet once, as libpcap does. */
  private static SocketFilter withoutLoopbackCopies(SocketFilter filter) {
    BpfAssembler assembler = new BpfAssembler();
    int drop = assembler.newLabel();
    int filterBegin = assembler.newLabel();
    assembler.load(BPF_W(), SKF_AD_OFF() + SKF_AD_PKTTYPE());
    assembler.jump(BPF_JEQ(), PACKET_OUTGOING(), BpfAssembler.NEXT, filterBegin);
    assembler.load(BPF_W(), SKF_AD_OFF() + SKF_AD_IFINDEX());
    assembler.jump(BPF_JEQ(), LOOPBACK_INDEX, drop, filterBegin);
    assembler.mark(drop);
    assembler.ret(0);
    assembler.mark(filterBegin);
    List<BpfInstruction> all = new ArrayList<>(Arrays.asList(assembler.assemble()));
    all.addAll(filter.instructions());
    return new SocketFilter(all);
  }

  /**
   * {@code ip or ip6 or (vlan and (ip or ip6))}: IP, with at most one VLAN tag in the frame,
   * besides one that was taken out of it; so does libpcap have it.
   *
   * @param linkType LINKTYPE_ value that the socket's packets get: ETHERNET, LINUX_SLL2 or RAW
   */
  public static SocketFilter ip(int linkType) {
    BpfAssembler assembler = new BpfAssembler();
    int keep = assembler.newLabel();
    int drop = assembler.newLabel();
    switch (linkType) {
      case LinkType.ETHERNET ->
          typeIsIp(assembler, BPF_H(), ETHERTYPE, INNER_ETHERTYPE, keep, drop);
      case LinkType.LINUX_SLL2 ->
          typeIsIp(
              assembler, BPF_W(), SKF_AD_OFF() + SKF_AD_PROTOCOL(), INNER_ETHERTYPE, keep, drop);
      default -> {
        assembler.load(BPF_B(), 0);
        assembler.alu(BPF_RSH(), 4);
        assembler.jump(BPF_JEQ(), 4, keep, BpfAssembler.NEXT);
        assembler.jump(BPF_JEQ(), 6, keep, drop);
      }
    }
    assembler.mark(keep);
    assembler.ret(ALL);
    assembler.mark(drop);
    assembler.ret(0);
    return new SocketFilter(Arrays.asList(assembler.assemble()));
  }

  private static void typeIsIp(
      BpfAssembler assembler, int size, int type, int innerType, int keep, int drop) {
    int tag = assembler.newLabel();
    assembler.load(size, type);
    jumpIfIp(assembler, keep, BpfAssembler.NEXT);
    assembler.jump(BPF_JEQ(), ETH_P_8021Q(), tag, BpfAssembler.NEXT);
    assembler.jump(BPF_JEQ(), ETH_P_8021AD(), tag, BpfAssembler.NEXT);
    assembler.jump(BPF_JEQ(), ETH_P_QINQ1(), tag, drop);
    assembler.mark(tag);
    assembler.load(BPF_H(), innerType);
    jumpIfIp(assembler, keep, drop);
  }

  private static void jumpIfIp(BpfAssembler assembler, int ifTrue, int ifFalse) {
    assembler.jump(BPF_JEQ(), ETH_P_IP(), ifTrue, BpfAssembler.NEXT);
    assembler.jump(BPF_JEQ(), ETH_P_IPV6(), ifTrue, ifFalse);
  }
}
