package org.gotm.ffm.pcap;

import org.gotm.ffm.linux.NativeLibraryException;

/**
 * Uses libpcap in a process of its own; if that fails, says why and tries again without the system
 * property.
 */
public final class LibraryProgram {
  private LibraryProgram() {}

  /** Takes no arguments. */
  public static void main(String[] arguments) {
    try {
      System.out.println("first " + use());
    } catch (NativeLibraryException e) {
      System.out.println("failed " + e.getMessage());
      System.clearProperty(PcapLibrary.PROPERTY);
      System.out.println("then " + use());
    }
  }

  private static String use() {
    int interfaces = PcapInterfaces.list().size();
    return "interfaces=%d %s".formatted(interfaces, PcapLibrary.load());
  }
}
