package org.gotm.ffm.pcap;

import java.nio.file.Path;
import java.util.List;
import org.gotm.ffm.linux.NativeLibrary;
import org.gotm.ffm.pcap.generated.pcap_h;

/**
 * Finds libpcap. Everything in this package does so before its first call; who wants to know
 * beforehand whether it is there calls {@link #load}.
 */
public final class PcapLibrary {
  /** System property with the path of the library to use, such as Myricom's build of libpcap. */
  public static final String PROPERTY = "gotm.pcap.library";

  private static final List<String> CANDIDATES =
      List.of("libpcap.so.1", "libpcap.so.0.8", "libpcap.so");

  private PcapLibrary() {}

  /**
   * Loads the library: the one that {@link #PROPERTY} names, and no other, or else the first that
   * the dynamic loader knows by one of its usual names. Any thread, any number of times.
   *
   * @return the file that was loaded
   * @throws org.gotm.ffm.linux.NativeLibraryException if there is none; it names every attempt and
   *     the package to install
   */
  public static Path load() {
    String chosen = System.getProperty(PROPERTY);
    return NativeLibrary.load(
        "libpcap",
        chosen == null ? CANDIDATES : List.of(chosen),
        "pcap_lib_version",
        "install libpcap0.8 (Debian, Ubuntu) or libpcap (Fedora), or name its file with -D%s=FILE"
            .formatted(PROPERTY));
  }

  /** What the library calls itself, such as {@code libpcap version 1.10.3 (with TPACKET_V3)}. */
  public static String version() {
    load();
    return pcap_h.pcap_lib_version().getString(0);
  }
}
