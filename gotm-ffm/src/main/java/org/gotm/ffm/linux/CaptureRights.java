package org.gotm.ffm.linux;

/**
 * How a process gets the right to capture, CAP_NET_RAW. A capability on the java program itself
 * (setcap) is no way: such a program does not look for its libraries beside it, and no Java starts
 * any more.
 */
public final class CaptureRights {
  /**
   * What root runs for an ordinary USER to capture, with that right and no other. Source:
   * setpriv(1) of util-linux, capabilities(7) on ambient ones.
   */
  public static final String COMMAND =
      "setpriv --reuid=USER --regid=GROUP --init-groups --inh-caps=+net_raw"
          + " --ambient-caps=+net_raw gotm ...";

  /** What to do for want of the right, for the end of a message. */
  public static final String REMEDY = "run as root, or as another user by: " + COMMAND;

  private CaptureRights() {}
}
