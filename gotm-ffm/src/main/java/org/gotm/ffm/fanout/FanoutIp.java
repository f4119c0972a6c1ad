package org.gotm.ffm.fanout;

import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JLE;
import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JLT;
import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JNE;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.ebpf.Register.R2;
import static org.gotm.ffm.ebpf.Register.R3;
import static org.gotm.ffm.fanout.FanoutCode.AT;
import static org.gotm.ffm.fanout.FanoutCode.KIND;
import static org.gotm.ffm.fanout.FanoutStack.END;
import static org.gotm.ffm.fanout.FanoutStack.FAMILY;
import static org.gotm.ffm.fanout.FanoutStack.SKIPPED;
import static org.gotm.ffm.fanout.FanoutStack.SOURCE;
import static org.gotm.ffm.fanout.FanoutStack.TARGET;
import static org.gotm.ffm.linux.generated.linux_h.BPF_ADD;
import static org.gotm.ffm.linux.generated.linux_h.BPF_AND;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JGT;
import static org.gotm.ffm.linux.generated.linux_h.BPF_LSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_RSH;
import static org.gotm.ffm.linux.generated.linux_h.BPF_SUB;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_IP;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_IPV6;

import org.gotm.ffm.ebpf.EbpfAssembler;

/**
 * Writes the part of the fanout program that reads an IP header with what IP itself puts behind it:
 * addresses, the protocol above, fragments, where the packet ends. It takes for IP what the
 * decoder's {@code IpHeader} does.
 */
final class FanoutIp {
  private static final int IPV4_LENGTH = 20;
  private static final int IPV6_LENGTH = 40;
  private static final int EXTENSION_LENGTH = 8;
  private static final int MAX_EXTENSION_HEADERS = 16;
  private static final int MOST_PADDING = 64;
  private static final int FRAGMENT = 44;
  private static final int AUTHENTICATION = 51;
  private static final int[] OPTION_HEADERS = {0, 43, 60, 135, 139, 140};

  private final FanoutCode fanout;
  private final FanoutHash hash;
  private final FanoutFragments fragments;
  private final EbpfAssembler code;
  private final int extensions;
  private final int behind;

  /** Where to go with the cursor at an IPv4 header. */
  final int ipv4;

  /** Where to go with the cursor at an IPv6 header. */
  final int ipv6;

  FanoutIp(FanoutCode fanout, FanoutHash hash, FanoutFragments fragments) {
    this.fanout = fanout;
    this.hash = hash;
    this.fragments = fragments;
    code = fanout.code;
    ipv4 = code.newLabel();
    ipv6 = code.newLabel();
    extensions = code.newLabel();
    behind = code.newLabel();
  }

  /** Writes it; the next piece gets the protocol and what is behind IP, unless it is a fragment. */
  void write() {
    writeIpv4();
    writeIpv6();
    writeExtensions();
    fragments.writeMet();
  }

  private void writeIpv4() {
    code.mark(ipv4);
    fanout.take(IPV4_LENGTH);
    requireVersion(4);
    fanout.uint8(R3, 0);
    code.alu(BPF_AND(), R3, 0x0f);
    code.alu(BPF_LSH(), R3, 2);
    code.jump(BPF_JLT, R3, IPV4_LENGTH, fanout.done);
    keepFamily(ETH_P_IP());
    keepIpv4Address(12, SOURCE);
    keepIpv4Address(16, TARGET);
    fanout.uint8(KIND, 9);
    fanout.uint16(R2, 2);
    int unbelievable = code.newLabel();
    code.jump(BPF_JLT, R2, R3, unbelievable);
    endAfter(unbelievable);
    code.alu(BPF_ADD(), AT, R3);
    fragments.writeIpv4(behind);
    code.jump(extensions);
  }

  private void requireVersion(int version) {
    fanout.uint8(R1, 0);
    code.alu(BPF_RSH(), R1, 4);
    code.jump(BPF_JNE, R1, version, fanout.done);
  }

  private void keepFamily(int etherType) {
    code.set(R1, etherType);
    fanout.keep(FAMILY, R1);
    fanout.reset(SKIPPED);
  }

  private void keepIpv4Address(int offset, int slot) {
    fanout.uint32(R1, offset);
    code.alu(BPF_LSH(), R1, 16);
    fanout.keepWord(slot, R1);
  }

  /** The packet ends R2 bytes from here, unless that is behind the end that is known. */
  private void endAfter(int unbelievable) {
    code.alu(BPF_ADD(), R2, AT);
    fanout.recall(R1, END);
    code.jump(BPF_JGT(), R2, R1, unbelievable);
    fanout.keep(END, R2);
    code.mark(unbelievable);
  }

  private void writeIpv6() {
    code.mark(ipv6);
    fanout.take(IPV6_LENGTH);
    requireVersion(6);
    keepFamily(ETH_P_IPV6());
    keepIpv6Address(8, SOURCE);
    keepIpv6Address(24, TARGET);
    fanout.uint8(KIND, 6);
    fanout.uint16(R2, 4);
    fanout.skip(IPV6_LENGTH);
    int unbelievable = code.newLabel();
    code.jump(BPF_JEQ(), R2, 0, unbelievable);
    endAfter(unbelievable);
    fragments.writeNone();
  }

  /** Folds 16 bytes of the header that was read into one word of the stack. */
  void keepIpv6Address(int offset, int slot) {
    fanout.uint64(R1, offset);
    fanout.uint64(R2, offset + Long.BYTES);
    hash.fold(R1, R2);
    fanout.keepWord(slot, R1);
  }

  /**
   * Goes to a label if there is an IP header whose length leaves no more than a link's padding:
   * hardly anything else looks like that.
   */
  void writeIfLikely(int likely) {
    int unlikely = code.newLabel();
    int ipv6Length = code.newLabel();
    int compare = code.newLabel();
    fanout.take(6, unlikely);
    fanout.uint8(R3, 0);
    code.copy(R1, R3);
    code.alu(BPF_RSH(), R1, 4);
    code.jump(BPF_JEQ(), R1, 6, ipv6Length);
    code.jump(BPF_JNE, R1, 4, unlikely);
    code.jump(BPF_JLT, R3, 0x45, unlikely);
    fanout.uint16(R2, 2);
    code.jump(BPF_JLT, R2, IPV4_LENGTH, unlikely);
    code.jump(compare);
    code.mark(ipv6Length);
    fanout.uint16(R2, 4);
    code.alu(BPF_ADD(), R2, IPV6_LENGTH);
    code.mark(compare);
    fanout.recall(R1, END);
    code.alu(BPF_SUB(), R1, AT);
    code.alu(BPF_SUB(), R1, R2);
    code.jump(BPF_JLE, R1, MOST_PADDING, likely);
    code.mark(unlikely);
  }

  /** Goes on with the IP packet at the cursor, of the version that it says. */
  void goToIp() {
    fanout.take(1);
    fanout.uint8(R1, 0);
    code.alu(BPF_RSH(), R1, 4);
    code.set(KIND, ETH_P_IP());
    code.jump(BPF_JEQ(), R1, 4, fanout.network);
    code.set(KIND, ETH_P_IPV6());
    code.jump(BPF_JEQ(), R1, 6, fanout.network);
    code.jump(fanout.done);
  }

  /** Over IPv4 authentication alone is what it is over IPv6: a header between others. */
  private void writeExtensions() {
    int options = code.newLabel();
    int authentication = code.newLabel();
    int fragment = code.newLabel();
    int next = code.newLabel();
    fanout.loop(extensions);
    code.jump(BPF_JEQ(), KIND, AUTHENTICATION, authentication);
    fanout.recall(R1, FAMILY);
    code.jump(BPF_JEQ(), R1, ETH_P_IP(), behind);
    code.jump(BPF_JEQ(), KIND, FRAGMENT, fragment);
    for (int protocol : OPTION_HEADERS) {
      code.jump(BPF_JEQ(), KIND, protocol, options);
    }
    code.jump(behind);
    code.mark(options);
    takeExtension(1, 3);
    code.jump(next);
    code.mark(authentication);
    takeExtension(2, 2);
    code.jump(next);
    code.mark(fragment);
    takeExtension();
    fragments.writeIpv6(behind);
    code.set(R3, EXTENSION_LENGTH);
    code.mark(next);
    code.alu(BPF_ADD(), AT, R3);
    fanout.uint8(KIND, 0);
    code.jump(extensions);
    code.mark(behind);
    fanout.recall(R1, END);
    code.jump(BPF_JGT(), AT, R1, fanout.done);
  }

  /** R3: the length of the extension header at hand. */
  private void takeExtension(int more, int unitShift) {
    takeExtension();
    fanout.uint8(R3, 1);
    code.alu(BPF_ADD(), R3, more);
    code.alu(BPF_LSH(), R3, unitShift);
  }

  private void takeExtension() {
    fanout.count(SKIPPED, MAX_EXTENSION_HEADERS);
    fanout.take(EXTENSION_LENGTH);
  }
}
