package org.gotm.core.pcapfile;

/**
 * What a pcapng file says of itself in its head; what is empty is left out.
 *
 * @param application the program that writes it, with its version
 * @param os the operating system
 * @param hardware the machine
 * @param comment what whoever opens the file should know
 */
public record SectionDescription(String application, String os, String hardware, String comment) {

  /** Of a file that says nothing of itself but that gotm wrote it, and on what. */
  public static SectionDescription ofThisMachine() {
    return new SectionDescription("gotm", operatingSystem(), System.getProperty("os.arch"), "");
  }

  /** Name and version of the operating system. */
  public static String operatingSystem() {
    return System.getProperty("os.name") + " " + System.getProperty("os.version");
  }
}
