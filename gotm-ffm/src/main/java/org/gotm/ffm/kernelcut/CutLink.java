package org.gotm.ffm.kernelcut;

import static org.gotm.ffm.ebpf.EbpfAssembler.BPF_JNE;
import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.kernelcut.CutCode.AT;
import static org.gotm.ffm.kernelcut.CutCode.IPV4;
import static org.gotm.ffm.kernelcut.CutCode.TRANSPORT_LENGTH;
import static org.gotm.ffm.kernelcut.CutCode.TYPE;
import static org.gotm.ffm.linux.generated.linux_h.BPF_JEQ;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_8021AD;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_8021Q;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_IP;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_IPV6;
import static org.gotm.ffm.linux.generated.linux_h.ETH_P_QINQ1;

import org.gotm.ffm.ebpf.EbpfAssembler;
import org.gotm.ffm.ebpf.SocketBuffer;
import org.gotm.ffm.linux.CaptureMode;

/**
 * Writes the part of the cut program that finds the IP header: behind an Ethernet header and up to
 * two VLAN tags, besides one that the kernel has taken out of the frame; or at the very beginning.
 *
 * <p>It reads an EtherType together with what is behind it, as if that were IPv4: one call for what
 * most packets are.
 */
final class CutLink {
  private static final int TYPE_LENGTH = 2;
  private static final int ETHERNET_TYPE = 12;
  private static final int TAG_LENGTH = 4;
  private static final int MOST_TAGS = 2;
  private static final int IPV4_LENGTH = 20;

  private final CutCode cut;
  private final CutOptions options;
  private final EbpfAssembler code;

  CutLink(CutCode cut, CutOptions options) {
    this.cut = cut;
    this.options = options;
    code = cut.code;
  }

  /** Writes it. */
  void write() {
    if (options.passTagged()) {
      cut.context(R1, SocketBuffer.VLAN_PRESENT);
      code.jump(BPF_JNE, R1, 0, cut.pass);
    }
    if (options.mode().equals(CaptureMode.IP)) {
      writeIp();
    } else {
      writeEthernet();
    }
  }

  private void writeIp() {
    code.set(AT, 0);
    cut.take(IPV4, IPV4_LENGTH + TRANSPORT_LENGTH);
    cut.context(R1, SocketBuffer.PROTOCOL);
    code.fromNetwork(R1, 16);
    goToIp();
    code.jump(cut.pass);
  }

  private void writeEthernet() {
    int mostTags = options.passTagged() ? 0 : MOST_TAGS;
    for (int tags = 0; tags < mostTags; tags++) {
      int tagged = code.newLabel();
      writeType(tags);
      code.jump(BPF_JEQ(), R1, ETH_P_8021Q(), tagged);
      code.jump(BPF_JEQ(), R1, ETH_P_8021AD(), tagged);
      code.jump(BPF_JNE, R1, ETH_P_QINQ1(), cut.pass);
      code.mark(tagged);
    }
    writeType(mostTags);
    code.jump(cut.pass);
  }

  /** Goes on with IP if it is behind so many tags. */
  private void writeType(int tags) {
    int type = ETHERNET_TYPE + tags * TAG_LENGTH;
    code.set(AT, type);
    cut.take(TYPE, TYPE_LENGTH + IPV4_LENGTH + TRANSPORT_LENGTH);
    code.set(AT, type + TYPE_LENGTH);
    cut.uint16(R1, TYPE);
    goToIp();
  }

  private void goToIp() {
    code.jump(BPF_JEQ(), R1, ETH_P_IP(), cut.ipv4);
    code.jump(BPF_JEQ(), R1, ETH_P_IPV6(), cut.ipv6);
  }
}
