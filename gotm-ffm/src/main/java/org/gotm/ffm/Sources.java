package org.gotm.ffm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.gotm.core.failure.Reason;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.PcapngFileSource;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.pcap.FilteredSource;
import org.gotm.ffm.pcap.PcapSource;

/**
 * The front door: sources of packets, by the method that fits, for those who do not want to know
 * the methods. Any thread.
 *
 * <pre>{@code
 * PacketSource one = Sources.open("eth0");
 * List<PacketSource> two = Sources.of("eth0").workers(2).filter("tcp port 443").open();
 * PacketSource read = Sources.filtered(Sources.file(Path.of("trace.pcap")), "tcp port 443");
 * }</pre>
 *
 * <p>Whoever opens a source closes it. What cannot be opened is a {@link PacketSourceException} of
 * one line that says what was asked, what is wrong and what to do; a filter that cannot be compiled
 * is a {@link org.gotm.ffm.pcap.FilterException}.
 */
public final class Sources {
  private static final long MEBIBYTE = 1 << 20;
  private static final long ALL_RINGS_BYTES = 256 * MEBIBYTE;
  private static final long LEAST_RING_BYTES = 64 * MEBIBYTE;

  private Sources() {}

  /**
   * Captures every packet of an interface, by one source.
   *
   * @param interfaceName as in {@code ip link}, or {@code any}
   */
  public static PacketSource open(String interfaceName) {
    return of(interfaceName).open().getFirst();
  }

  /**
   * Begins to say how to capture from one interface or several; {@link InterfaceSources#open} then
   * does so.
   *
   * @param interfaceNames as in {@code ip link}, or {@code any}
   */
  public static InterfaceSources of(String... interfaceNames) {
    return new InterfaceSources(List.of(interfaceNames));
  }

  /**
   * Opens a capture file: pcap and pcapng are mapped and need no library, everything else, a pipe
   * too, is libpcap's to read. Compressed files are neither's.
   *
   * @return for pcapng a {@link PcapngFileSource}: if packets of another link type follow, its poll
   *     says so and {@link PcapngFileSource#next} gives them
   * @throws PacketSourceException if it is not there, or no capture file
   */
  public static PacketSource file(Path file) {
    int magic = magic(file);
    if (magic == PcapHeaderLayout.MAGIC_PCAPNG) {
      return PcapngFileSource.open(file);
    }
    return isPcap(magic) ? PcapFileSource.open(file) : PcapSource.openOffline(file, "");
  }

  /** The first four bytes as a big-endian word, 0 if there are fewer. */
  private static int magic(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      return 0; // a pipe: what is read of it now is missing later
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] magic = in.readNBytes(Integer.BYTES);
      return magic.length < Integer.BYTES ? 0 : ByteBuffer.wrap(magic).getInt();
    } catch (NoSuchFileException e) {
      throw new PacketSourceException(file + ": no such file", e);
    } catch (IOException e) {
      throw new PacketSourceException("%s: cannot be read: %s".formatted(file, Reason.of(e)), e);
    }
  }

  private static boolean isPcap(int magic) {
    return IntStream.of(
            PcapHeaderLayout.MAGIC_MICROS,
            PcapHeaderLayout.MAGIC_NANOS,
            PcapHeaderLayout.MAGIC_MODIFIED)
        .anyMatch(known -> magic == known || Integer.reverseBytes(magic) == known);
  }

  /**
   * Filters any source, one's own too, as its packets come; a packet that does not match does not
   * count as received. Needs libpcap.
   *
   * @param source whose frames have their VLAN tags in place; owned from now on and closed with the
   *     filtered one, also if this fails
   * @param expression see pcap-filter(7); empty matches everything
   */
  public static PacketSource filtered(PacketSource source, String expression) {
    return FilteredSource.of(source, expression);
  }

  /**
   * The ring of each source if nobody asks for a size: 256 MiB for one alone, enough to bridge what
   * a busy link sends while a process starts. Several share as much, but each has at least 64 MiB;
   * so all rings of a run have no more than 256 MiB or 64 MiB a source, whichever is more.
   *
   * @param sources of a run, on all its interfaces, from 1 up
   * @return bytes
   */
  public static long ringBytes(int sources) {
    return Math.max(ALL_RINGS_BYTES / sources, LEAST_RING_BYTES);
  }

  /** What can be captured from on this machine, interfaces by their index, {@code any} last. */
  public static List<CaptureInterface> interfaces() {
    return CaptureInterface.all();
  }
}
