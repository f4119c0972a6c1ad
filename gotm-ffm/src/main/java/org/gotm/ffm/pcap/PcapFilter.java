package org.gotm.ffm.pcap;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;
import org.gotm.core.packet.LinkType;
import org.gotm.ffm.linux.NativeLibrary;
import org.gotm.ffm.pcap.generated.bpf_insn;
import org.gotm.ffm.pcap.generated.bpf_program;
import org.gotm.ffm.pcap.generated.pcap_h;
import org.gotm.ffm.pcap.generated.pcap_pkthdr;

/**
 * A filter expression, compiled by libpcap to classic BPF: run here over packets that lie in memory
 * ({@link #matches}), or by the kernel ({@link #instructions}).
 *
 * <p>It takes frames as they are on the wire, VLAN tags in their place. A frame that the kernel has
 * taken the tag out of, as it does before a socket filter, does not match {@code vlan}.
 *
 * <p>One thread at a time. Hot path.
 */
public final class PcapFilter implements AutoCloseable {
  /** Made when libpcap is loaded: {@link #compile} comes before the first use. */
  private static final class OfflineFilter {
    /** With plain addresses, so that no object is made for a packet; returns at once. */
    static final MethodHandle HANDLE =
        Linker.nativeLinker()
            .downcallHandle(
                NativeLibrary.symbol("pcap_offline_filter").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                Linker.Option.critical(false));
  }

  private static final long CAPLEN = pcap_pkthdr.caplen$offset();
  private static final long LENGTH = pcap_pkthdr.len$offset();
  private static final int DLT_RAW = pcap_h.DLT_RAW();

  private final Arena arena = Arena.ofShared();
  private final MemorySegment header = arena.allocate(pcap_pkthdr.layout());
  private final MemorySegment program = arena.allocate(bpf_program.layout());
  private final String expression;

  private PcapFilter(String expression, int linkType, int snaplen) {
    this.expression = expression;
    MemorySegment pcap = pcap_h.pcap_open_dead(dlt(linkType), snaplen);
    try {
      FilterExpression.compile(pcap, expression, program);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    } finally {
      pcap_h.pcap_close(pcap);
    }
  }

  /**
   * Compiles an expression.
   *
   * @param expression see pcap-filter(7); empty matches everything
   * @param linkType LINKTYPE_ value of the packets
   * @param snaplen bytes of a packet to keep, which is what a matching program answers
   * @throws FilterException if it cannot be compiled, or nothing can ever match it
   * @throws org.gotm.ffm.linux.NativeLibraryException if there is no libpcap
   */
  public static PcapFilter compile(String expression, int linkType, int snaplen) {
    PcapLibrary.load();
    return new PcapFilter(expression, linkType, snaplen);
  }

  private static int dlt(int linkType) {
    int frames = LinkType.ofFrames(linkType);
    return frames == LinkType.RAW ? DLT_RAW : frames;
  }

  /**
   * Whether a packet matches.
   *
   * @param segment native memory that the packet lies in
   * @param offset where its first byte is
   * @param caplen bytes that are there; the filter reads no further
   * @param wireLength bytes it had on the wire
   */
  public boolean matches(MemorySegment segment, long offset, int caplen, int wireLength) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException("the packet is not in native memory");
    }
    Objects.checkFromIndexSize(offset, caplen, segment.byteSize());
    header.set(JAVA_INT, CAPLEN, caplen);
    header.set(JAVA_INT, LENGTH, wireLength);
    try {
      return 0
          != (int)
              OfflineFilter.HANDLE.invokeExact(
                  program.address(), header.address(), segment.address() + offset);
    } catch (Throwable e) {
      throw new IllegalStateException("pcap_offline_filter failed", e);
    }
  }

  /**
   * The program as an array of {@code struct sock_filter} (8 bytes each) for SO_ATTACH_FILTER; a
   * match answers the snaplen. Valid until the filter is closed.
   */
  public MemorySegment instructions() {
    long length = Integer.toUnsignedLong(bpf_program.bf_len(program)) * bpf_insn.sizeof();
    return bpf_program.bf_insns(program).reinterpret(length, arena, null).asReadOnly();
  }

  /** The expression it was compiled from. */
  public String expression() {
    return expression;
  }

  @Override
  public void close() {
    pcap_h.pcap_freecode(program);
    arena.close();
  }
}
