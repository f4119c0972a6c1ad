package org.gotm.core.pcapfile;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Real traffic to test with, and what independent readers make of it. The files are resources of
 * the test jar; {@code captures/NOTICE.md} says where each is from.
 */
public final class Captures {
  private static final String FOLDER = "/captures/";
  private static final long NONE = -1;

  /**
   * One capture file.
   *
   * @param name file name
   * @param fileType as capinfos calls it (pcap, nsecpcap, modpcap, pcapng, snoop), "-" if it knows
   *     none
   * @param linkType as capinfos calls it (ether, rawip, linux-sll ...), "-" if it knows none
   * @param packets packets that tcpdump reads, -1 if it refuses the file
   * @param capturedBytes bytes of the packets that tcpdump reads, -1 if it refuses the file
   * @param wireBytes original lengths as capinfos adds them up, -1 if it gives no figure
   * @param tcpPairs distinct bidirectional TCP 5-tuples that tshark finds, in tunnels too, or -1
   * @param udpPairs distinct bidirectional UDP 5-tuples that tshark finds, in tunnels too, or -1
   * @param tcpdumpExit exit status of tcpdump: not 0 if the file is damaged or not for libpcap
   * @param tcpdumpSays its error message, or "-"
   */
  public record Capture(
      String name,
      String fileType,
      String linkType,
      long packets,
      long capturedBytes,
      long wireBytes,
      long tcpPairs,
      long udpPairs,
      int tcpdumpExit,
      String tcpdumpSays) {

    /** The content of the file. */
    public byte[] bytes() {
      return read(name);
    }

    /** Writes the file into a folder, under its name. */
    public Path extractTo(Path folder) {
      return extract(name, folder);
    }

    /** True for uncompressed pcap of every kind, going by its first word; damaged ones too. */
    public boolean isPcap() {
      byte[] bytes = bytes();
      if (bytes.length < Integer.BYTES) {
        return false;
      }
      int magic = ByteBuffer.wrap(bytes).getInt();
      return isPcapMagic(magic) || isPcapMagic(Integer.reverseBytes(magic));
    }

    /** True if tcpdump reads the file to its end without complaint. */
    public boolean isSound() {
      return tcpdumpExit == 0;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private Captures() {}

  /** All files. */
  public static List<Capture> all() {
    try (BufferedReader table =
        new BufferedReader(new InputStreamReader(open("captures.tsv"), StandardCharsets.UTF_8))) {
      return table.lines().skip(1).map(Captures::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All files that {@link PcapFileSource} reads: {@link Capture#isPcap}, damaged ones too. */
  public static List<Capture> pcaps() {
    return all().stream().filter(Capture::isPcap).toList();
  }

  /** The file of this name. */
  public static Capture get(String name) {
    return all().stream()
        .filter(capture -> capture.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException("name=%s: no such capture".formatted(name)));
  }

  /** The content of a file. */
  public static byte[] read(String name) {
    try (InputStream in = open(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a file into a folder, under its name, and tells where it is. */
  public static Path extract(String name, Path folder) {
    try {
      return Files.write(folder.resolve(name), read(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String name) {
    InputStream in = Captures.class.getResourceAsStream(FOLDER + name);
    if (in == null) {
      throw new NoSuchElementException("name=%s: no such capture".formatted(name));
    }
    return in;
  }

  private static Capture parse(String line) {
    String[] fields = line.split("\t", -1);
    return new Capture(
        fields[0],
        fields[1],
        fields[2],
        number(fields[3]),
        number(fields[4]),
        number(fields[5]),
        number(fields[6]),
        number(fields[7]),
        (int) number(fields[8]),
        fields[9]);
  }

  private static long number(String field) {
    return field.equals("-") ? NONE : Long.parseLong(field);
  }

  private static boolean isPcapMagic(int word) {
    return word == PcapHeaderLayout.MAGIC_MICROS
        || word == PcapHeaderLayout.MAGIC_NANOS
        || word == PcapHeaderLayout.MAGIC_MODIFIED;
  }
}
