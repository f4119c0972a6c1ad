package org.gotm.ffm.ebpf;

import static org.gotm.ffm.linux.generated.linux_h.BPF_W;
import static org.gotm.ffm.linux.generated.linux_h.BPF_XOR;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_ALU_XOR_X;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_CPU;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_IFINDEX;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_MARK;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_OFF;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_PKTTYPE;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_PROTOCOL;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_QUEUE;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_RANDOM;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_RXHASH;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_VLAN_TAG;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_VLAN_TAG_PRESENT;
import static org.gotm.ffm.linux.generated.linux_h.SKF_AD_VLAN_TPID;

import java.util.function.Consumer;

/**
 * What classic BPF reads from behind SKF_AD_OFF and eBPF has too, most of it in {@code struct
 * __sk_buff}. It has no type of the interface (SKF_AD_HATYPE), no beginning of the payload, no
 * attributes of netlink. Source: linux/filter.h, linux/bpf.h.
 */
enum AncillaryWord {
  PROTOCOL(SKF_AD_PROTOCOL(), code -> networkShort(code, SocketBuffer.PROTOCOL)),
  PACKET_TYPE(SKF_AD_PKTTYPE(), code -> word(code, SocketBuffer.PACKET_TYPE)),
  INTERFACE(SKF_AD_IFINDEX(), code -> word(code, SocketBuffer.INTERFACE)),
  MARK(SKF_AD_MARK(), code -> word(code, SocketBuffer.MARK)),
  QUEUE(SKF_AD_QUEUE(), code -> word(code, SocketBuffer.QUEUE)),
  HASH(SKF_AD_RXHASH(), code -> word(code, SocketBuffer.HASH)),
  PROCESSOR(SKF_AD_CPU(), code -> code.call(KernelFunction.PROCESSOR)),
  VLAN_TCI(SKF_AD_VLAN_TAG(), code -> word(code, SocketBuffer.VLAN_TCI)),
  VLAN_PRESENT(SKF_AD_VLAN_TAG_PRESENT(), code -> word(code, SocketBuffer.VLAN_PRESENT)),
  VLAN_TPID(SKF_AD_VLAN_TPID(), code -> networkShort(code, SocketBuffer.VLAN_TPID)),
  RANDOM(SKF_AD_RANDOM(), code -> code.call(KernelFunction.RANDOM)),
  /** No word at all: A ^= X, from times when there was no such operation. */
  XOR(
      SKF_AD_ALU_XOR_X(),
      code -> code.aluWord(BPF_XOR(), ClassicFilterWriter.A, ClassicFilterWriter.X));

  private final int number;
  private final Consumer<EbpfAssembler> writer;

  AncillaryWord(int number, Consumer<EbpfAssembler> writer) {
    this.number = number;
    this.writer = writer;
  }

  private static void word(EbpfAssembler code, int offset) {
    code.load(BPF_W(), ClassicFilterWriter.A, ClassicFilterWriter.CONTEXT, offset);
  }

  private static void networkShort(EbpfAssembler code, int offset) {
    word(code, offset);
    code.fromNetwork(ClassicFilterWriter.A, Short.SIZE);
  }

  /** True if this offset of an instruction is not one in the packet. */
  static boolean isAncillary(int offset) {
    return offset < 0 && offset >= SKF_AD_OFF();
  }

  /** What an offset stands for, or null for nothing in eBPF. */
  static AncillaryWord of(int offset) {
    for (AncillaryWord word : values()) {
      if (SKF_AD_OFF() + word.number == offset) {
        return word;
      }
    }
    return null;
  }

  /** Writes the instructions that have it in A; X stays. */
  void write(EbpfAssembler code) {
    writer.accept(code);
  }
}
