package org.gotm.ffm.linux;

/** Error numbers of Linux, the same on every machine that gotm runs on. Source: errno(3). */
public final class Errno {
  /** Operation not permitted. */
  public static final int EPERM = 1;

  /** No such file or directory. */
  public static final int ENOENT = 2;

  /** Interrupted by a signal. */
  public static final int EINTR = 4;

  /** No such device or address. */
  public static final int ENXIO = 6;

  /** Too many, or too much. */
  public static final int E2BIG = 7;

  /** Nothing now, try again. */
  public static final int EAGAIN = 11;

  /** Not enough memory. */
  public static final int ENOMEM = 12;

  /** Permission denied. */
  public static final int EACCES = 13;

  /** Device or resource busy. */
  public static final int EBUSY = 16;

  /** There is one already. */
  public static final int EEXIST = 17;

  /** No such device. */
  public static final int ENODEV = 19;

  /** Invalid argument. */
  public static final int EINVAL = 22;

  /** Operation not supported. */
  public static final int EOPNOTSUPP = 95;

  /** Address already in use. */
  public static final int EADDRINUSE = 98;

  /** Network is down. */
  public static final int ENETDOWN = 100;

  /** No buffer space available. */
  public static final int ENOBUFS = 105;

  private Errno() {}
}
