package org.gotm.ffm.kernelcut;

import java.util.Set;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.Separator;
import org.gotm.ffm.linux.CaptureMode;

/**
 * What the program that cuts flows in the kernel has to know. A value.
 *
 * @param mode how the socket takes its packets, {@link CaptureMode#ETHERNET} or {@link
 *     CaptureMode#IP}
 * @param directional true if each direction of a connection is a flow of its own
 * @param passTagged true if frames with a VLAN tag are never cut
 * @param tunnelPorts UDP ports that mean a tunnel, whose packets are never cut
 * @param timeoutNanos how long a flow may be silent and still is the same flow
 * @param truncateBytes how many bytes are kept of each packet of a cut flow, which then is not
 *     counted either; 0 to drop and count them
 * @param filter stands before the cut
 */
public record CutOptions(
    CaptureMode mode,
    boolean directional,
    boolean passTagged,
    Set<Integer> tunnelPorts,
    long timeoutNanos,
    int truncateBytes,
    FrontFilter filter) {
  /**
   * Bytes that hold all headers that the program looks at: Ethernet, two tags, and IPv4 with all
   * its options, or IPv6, and what says TCP's flags.
   */
  public static final int SHORTEST_TRUNCATION = 96;

  /**
   * Copies the ports.
   *
   * @throws IllegalArgumentException if the mode is another, or a number out of its range
   */
  public CutOptions {
    tunnelPorts = Set.copyOf(tunnelPorts);
    requireMode(mode);
    if (timeoutNanos <= 0) {
      throw new IllegalArgumentException("timeoutNanos=%d: not above 0".formatted(timeoutNanos));
    }
    if (truncateBytes != 0 && truncateBytes < SHORTEST_TRUNCATION) {
      throw new IllegalArgumentException(
          "truncateBytes=%d: neither 0 nor at least %d"
              .formatted(truncateBytes, SHORTEST_TRUNCATION));
    }
    for (int port : tunnelPorts) {
      if (port < 1 || port > 65535) {
        throw new IllegalArgumentException("port=%d: not from 1 to 65535".formatted(port));
      }
    }
  }

  private static void requireMode(CaptureMode mode) {
    if (!mode.equals(CaptureMode.ETHERNET) && !mode.equals(CaptureMode.IP)) {
      throw new IllegalArgumentException(
          "flows can be cut in the kernel on one interface of Ethernet or IP, not on all at once:"
              + " their packets do not begin alike");
    }
  }

  /**
   * Drops the packets of cut flows, whose keys are made by these options.
   *
   * @throws IllegalArgumentException if the mode is another, or the timeout not above 0
   */
  public static CutOptions of(
      CaptureMode mode, FlowKeyOptions key, long timeoutNanos, FrontFilter filter) {
    return new CutOptions(
        mode,
        key.directional(),
        key.separators().contains(Separator.VLAN),
        key.tunnels().byPort().keySet(),
        timeoutNanos,
        0,
        filter);
  }

  /** The same with packets of cut flows truncated, and not counted. */
  public CutOptions withTruncation(int bytes) {
    return new CutOptions(mode, directional, passTagged, tunnelPorts, timeoutNanos, bytes, filter);
  }
}
