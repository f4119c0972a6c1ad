package org.gotm.ffm.pcap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.bpf.FilterPrograms;
import org.gotm.ffm.bpf.SocketFilter;
import org.gotm.ffm.linux.CaptureMode;
import org.gotm.ffm.linux.InterfaceWatch;
import org.gotm.ffm.linux.NativeLibraryException;
import org.gotm.ffm.linux.PacketSocket;
import org.gotm.ffm.pcap.generated.bpf_insn;
import org.gotm.ffm.pcap.generated.bpf_program;
import org.gotm.ffm.pcap.generated.pcap_h;

/**
 * Turns filter expressions into programs for packet sockets.
 *
 * <p>libpcap does so, where it is installed. It has to compile on an active capture of the very
 * interface: only then does it look for VLAN tags where the kernel has put them. The capture is
 * closed at once. Without libpcap there are the default filter and those that let everything
 * through. Any thread.
 */
public final class FilterCompiler {
  /** The filter of a user who names none. */
  public static final String DEFAULT = FilterExpression.DEFAULT;

  private static final int SMALLEST_BUFFER = 65_536;

  private FilterCompiler() {}

  /**
   * Compiles an expression for an interface.
   *
   * @param expression see pcap-filter(7); empty matches everything
   * @param interfaceName as in {@code ip link}, or {@code any}
   * @return the filter, or null if every packet passes
   * @throws FilterException if it cannot be compiled, or nothing can ever match it
   * @throws PacketSourceException if there is no libpcap to compile it, or the interface cannot be
   *     captured from
   */
  public static SocketFilter compile(String expression, String interfaceName) {
    if (isEverything(expression)) {
      return null;
    }
    String words = FilterExpression.words(expression);
    CaptureMode mode;
    try (InterfaceWatch watch = InterfaceWatch.of(interfaceName)) {
      mode = watch.mode();
    }
    if (words.equals(DEFAULT)) {
      return FilterPrograms.ip(mode.linkType());
    }
    try {
      PcapLibrary.load();
    } catch (NativeLibraryException e) {
      throw new PacketSourceException(
          "filter=\"%s\": needs libpcap; use -filter '%s' or: %s"
              .formatted(expression, DEFAULT, e.getMessage()),
          e);
    }
    return switch (mode.linkType()) {
      case LinkType.ETHERNET -> onInterface(words, interfaceName, mode);
      case LinkType.LINUX_SLL2 -> CookedFilter.relocate(offline(words, mode), expression);
      default -> offline(words, mode);
    };
  }

  /**
   * True if the expression is one of those that let every packet through, known without libpcap.
   */
  public static boolean isEverything(String expression) {
    return FilterExpression.isEverything(expression);
  }

  private static SocketFilter offline(String expression, CaptureMode mode) {
    try (PcapFilter filter =
        PcapFilter.compile(expression, mode.linkType(), PcapHeaderLayout.MAX_SNAPLEN)) {
      return SocketFilter.of(filter.instructions());
    }
  }

  private static SocketFilter onInterface(String expression, String name, CaptureMode mode) {
    new PacketSocket(name, mode).close(); // says it better than libpcap if there is no permission
    try (Arena call = Arena.ofConfined()) {
      MemorySegment error = call.allocate(pcap_h.PCAP_ERRBUF_SIZE());
      MemorySegment pcap =
          pcap_h.pcap_create(call.allocateFrom(InterfaceWatch.ownName(name)), error);
      if (MemorySegment.NULL.equals(pcap)) {
        throw refused(expression, name, error);
      }
      try {
        pcap_h.pcap_set_snaplen(pcap, PcapHeaderLayout.MAX_SNAPLEN);
        pcap_h.pcap_set_buffer_size(pcap, SMALLEST_BUFFER);
        if (pcap_h.pcap_activate(pcap) < 0) {
          throw refused(expression, name, pcap_h.pcap_geterr(pcap));
        }
        return compileWith(pcap, expression, call);
      } finally {
        pcap_h.pcap_close(pcap);
      }
    }
  }

  private static SocketFilter compileWith(MemorySegment pcap, String expression, Arena call) {
    MemorySegment program = bpf_program.allocate(call);
    FilterExpression.compile(pcap, expression, program);
    try {
      int length = bpf_program.bf_len(program);
      if (length > SocketFilter.MAX_LENGTH) {
        throw new FilterException(
            expression,
            "has %d instructions, the kernel takes %d".formatted(length, SocketFilter.MAX_LENGTH));
      }
      return SocketFilter.of(bpf_program.bf_insns(program).reinterpret(length * bpf_insn.sizeof()));
    } finally {
      pcap_h.pcap_freecode(program);
    }
  }

  private static PacketSourceException refused(String expression, String name, MemorySegment why) {
    return new PacketSourceException(
        "interface=%s: filter=\"%s\" cannot be compiled for it: %s; use -capture pcap"
            .formatted(name, expression, why.getString(0)));
  }
}
