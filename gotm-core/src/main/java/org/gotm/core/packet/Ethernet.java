package org.gotm.core.packet;

/**
 * An Ethernet header, and the VLAN tag that may follow it.
 *
 * <pre>
 *   0        6        12     14       16     18
 *   +--------+--------+------+--------+------+
 *   | target | source | type | TCI    | type |
 *   +--------+--------+------+--------+------+
 *                       VLAN   if VLAN
 * </pre>
 */
final class Ethernet {
  static final int TYPE = 12;
  static final int LENGTH = 14;
  static final int TAGGED_TYPE = 16;
  static final int TAGGED_LENGTH = 18;

  private Ethernet() {}
}
