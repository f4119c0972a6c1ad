package org.gotm.app.daemon;

/** What the process exits with. */
public final class ExitCodes {
  /** After a clean end. */
  public static final int OK = 0;

  /** Something could not be done; what could be was done. */
  public static final int FAILED = 1;

  /** The command line is wrong. */
  public static final int USAGE = 2;

  /** An answer is not whole, as a limit has ended it. */
  public static final int CUT_SHORT = 3;

  private ExitCodes() {}
}
