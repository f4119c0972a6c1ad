package org.gotm.ffm.snf;

/**
 * A port that SNF can capture from.
 *
 * @param name the kernel's name of the interface
 * @param port number of the port, from 0
 * @param maxRings rings that it can be opened with
 * @param macAddress six bytes in hexadecimal with colons
 * @param link whether there is a link
 * @param bitsPerSecond speed of the link, 0 if there is none or the library is too old to say
 */
public record SnfInterface(
    String name, int port, int maxRings, String macAddress, Link link, long bitsPerSecond) {

  /** State of the link of a port. */
  public enum Link {
    /** There is a link. */
    UP,
    /** There is no link. */
    DOWN,
    /** The library is too old to say. */
    UNKNOWN
  }
}
