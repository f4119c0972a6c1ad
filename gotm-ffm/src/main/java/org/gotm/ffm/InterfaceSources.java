package org.gotm.ffm;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.afpacket.AfPacketGroup;
import org.gotm.ffm.afpacket.AfPacketOptions;
import org.gotm.ffm.kernelcut.KernelCutOptions;
import org.gotm.ffm.linux.Offloads;
import org.gotm.ffm.pcap.FilterCompiler;
import org.gotm.ffm.pcap.PcapOptions;
import org.gotm.ffm.pcap.PcapSource;
import org.gotm.ffm.snf.SnfOptions;
import org.gotm.ffm.snf.SnfSource;

/**
 * How to capture from interfaces: begun by {@link Sources#of}, ended by {@link #open}. What is not
 * said is one worker an interface, the method that fits, whole packets and all of them. One thread.
 */
public final class InterfaceSources {
  private static final int PAGE = 4096;
  private static final String LOOPBACK = "lo";
  private static final int BLOCKS = 256;
  private static final int SMALLEST_BLOCK = 256 << 10;

  /** What segmentation offload joins, and a little for headers; the MTU of loopback. */
  private static final int LARGEST_FRAME = 65_536 + 64;

  private static final int BLOCK_OVERHEAD = 256; // headers of block and packet

  private final List<String> names;
  private Method method = Method.AUTO;
  private int workers = 1;
  private String filter = "";
  private TunnelOptions tunnels = TunnelOptions.all();
  private KernelCutOptions kernelCut = KernelCutOptions.off();
  private int snaplen = PcapHeaderLayout.MAX_SNAPLEN;
  private OptionalLong bufferBytes = OptionalLong.empty();
  private OptionalInt blockBytes = OptionalInt.empty();
  private UnaryOperator<SnfOptions> snf = UnaryOperator.identity();
  private Consumer<String> warnings = warning -> {};

  InterfaceSources(List<String> names) {
    this.names = names;
  }

  /** Captures by this method. */
  public InterfaceSources method(Method newMethod) {
    method = newMethod;
    return this;
  }

  /**
   * Opens so many sources on each interface, which share its packets flow by flow, both directions
   * on one. With libpcap there is one alone, except where SNF is underneath.
   *
   * @param newWorkers from 1 up
   */
  public InterfaceSources workers(int newWorkers) {
    if (newWorkers < 1) {
      throw new IllegalArgumentException("workers=%d: must be at least 1".formatted(newWorkers));
    }
    workers = newWorkers;
    return this;
  }

  /**
   * Captures what matches: in the kernel with AF_PACKET and libpcap, else as packets come.
   *
   * @param expression see pcap-filter(7); empty matches everything
   */
  public InterfaceSources filter(String expression) {
    filter = expression;
    return this;
  }

  /**
   * Has the workers of an interface share its packets by the flows that a decoder which looks into
   * these tunnels finds; all if nothing is said. SNF shares them by the outermost flow.
   */
  public InterfaceSources tunnels(TunnelOptions newTunnels) {
    tunnels = newTunnels;
    return this;
  }

  /**
   * Has the kernel drop packets of cut flows, with AF_PACKET; not if nothing is said. Whoever polls
   * the sources has to arm flows by {@link PacketSource#cutOffload}, as a capture worker does, and
   * tell flows apart by the same key and timeout.
   */
  public InterfaceSources kernelCut(KernelCutOptions newKernelCut) {
    kernelCut = newKernelCut;
    return this;
  }

  /**
   * Captures so much of each packet; SNF always captures all of it.
   *
   * @param newSnaplen bytes, 1 to 262144
   */
  public InterfaceSources snaplen(int newSnaplen) {
    snaplen = newSnaplen;
    return this;
  }

  /**
   * Gives each source a ring of this size, in place of {@link Sources#ringBytes}; with SNF, all
   * sources of an interface together a data ring, in place of SNF_DATARING_SIZE.
   */
  public InterfaceSources bufferBytes(long newBufferBytes) {
    bufferBytes = OptionalLong.of(newBufferBytes);
    return this;
  }

  /**
   * Has AF_PACKET hand packets over in blocks of this size; rounded down to pages, and to half the
   * ring if that is smaller. If nothing is said it is 1 MiB, or less in rings of less than 256 MiB:
   * on a link with few packets each block takes 50 ms, and 256 of them bridge 12 s.
   */
  public InterfaceSources blockBytes(int newBlockBytes) {
    blockBytes = OptionalInt.of(newBlockBytes);
    return this;
  }

  /**
   * Says what only SNF understands.
   *
   * @param change given the options so far, answers those to open the port with
   */
  public InterfaceSources snf(UnaryOperator<SnfOptions> change) {
    snf = change;
    return this;
  }

  /**
   * Tells what does not prevent the capture, but may not be as wanted: what libpcap warns of,
   * offloads that join packets before they are captured, and how several workers share packets.
   *
   * @param newWarnings takes one line each, while the sources are opened, and from a polling thread
   *     if flows cannot be cut in the kernel any more
   */
  public InterfaceSources warnings(Consumer<String> newWarnings) {
    warnings = newWarnings;
    return this;
  }

  /**
   * Starts to capture.
   *
   * @return one source a worker, the workers of an interface behind each other; each is to be
   *     polled by a thread of its own and closed by the caller
   * @throws PacketSourceException if one of them cannot be opened; none is open then
   */
  public List<PacketSource> open() {
    List<PacketSource> sources = new ArrayList<>();
    try {
      for (String name : names) {
        sources.addAll(open(name));
        warnOfOffloads(name);
      }
      return sources;
    } catch (RuntimeException e) {
      sources.forEach(PacketSource::close);
      throw e;
    }
  }

  private List<PacketSource> open(String name) {
    return switch (method.on(name)) {
      case SNF -> openSnf(name);
      case PCAP -> openPcap(name);
      default -> openAfPacket(name);
    };
  }

  private void warnOfOffloads(String name) {
    if (!name.equals(LOOPBACK) && Offloads.of(name).joinPackets()) {
      warnings.accept(
          "if=%s joins packets before they are captured; for frames as on the wire: %s"
              .formatted(name, Offloads.remedy(name)));
    }
  }

  private long ringBytes() {
    return bufferBytes.orElseGet(() -> Sources.ringBytes(names.size() * workers));
  }

  private List<PacketSource> openAfPacket(String name) {
    long ringBytes = ringBytes();
    long wanted = blockBytes.orElseGet(() -> blockBytesFor(ringBytes));
    long block = Math.min(wanted, ringBytes / 2) / PAGE * PAGE;
    if (block < Math.min(snaplen, LARGEST_FRAME) + BLOCK_OVERHEAD) {
      warnings.accept(
          "if=%s blocksize=%d: longer packets are cut to what fits in; larger is at least %d"
              .formatted(name, block, LARGEST_FRAME + BLOCK_OVERHEAD));
    }
    AfPacketOptions options =
        AfPacketOptions.of(name)
            .withBuffer(ringBytes, (int) block)
            .withSnaplen(snaplen)
            .withFilter(FilterCompiler.compile(filter, name))
            .withKernelCut(kernelCut);
    return AfPacketGroup.open(options, workers, tunnels, warnings);
  }

  private static int blockBytesFor(long ringBytes) {
    long fitting = Long.highestOneBit(ringBytes / BLOCKS);
    return Math.clamp(fitting, SMALLEST_BLOCK, AfPacketOptions.DEFAULT_BLOCK_BYTES);
  }

  private List<PacketSource> openSnf(String name) {
    SnfOptions options = SnfOptions.of(name).withRings(workers);
    if (bufferBytes.isPresent()) {
      options = options.withDataRingBytes(bufferBytes.getAsLong());
    }
    List<PacketSource> sources = new ArrayList<>(SnfSource.openRings(snf.apply(options)));
    try {
      sources.replaceAll(source -> Sources.filtered(source, filter));
    } catch (RuntimeException e) {
      sources.forEach(PacketSource::close);
      throw e;
    }
    return sources;
  }

  /** Libpcap cannot divide an interface among threads, except where SNF does that underneath. */
  private List<PacketSource> openPcap(String name) {
    if (workers > 1 && System.getenv("SNF_NUM_RINGS") == null) {
      throw new PacketSourceException(
          "workers=%d: libpcap would give each of them every packet; use -capture afpacket or -workers 1"
              .formatted(workers));
    }
    int ringBytes = (int) Math.min(ringBytes(), Integer.MAX_VALUE);
    PcapOptions options = new PcapOptions(snaplen, ringBytes, true, filter);
    List<PacketSource> sources = new ArrayList<>();
    try {
      for (int worker = 0; worker < workers; worker++) {
        PcapSource source = PcapSource.open(name, options);
        sources.add(source);
        warnOf(source);
      }
      return sources;
    } catch (RuntimeException e) {
      sources.forEach(PacketSource::close);
      throw e;
    }
  }

  private void warnOf(PcapSource source) {
    if (source.warning() != null) {
      warnings.accept("if=%s: libpcap warns: %s".formatted(source.name(), source.warning()));
    }
  }
}
