package org.gotm.ffm.ebpf;

import org.gotm.ffm.linux.Errno;
import org.gotm.ffm.linux.Libc;

/** The kernel does not take a program or a map; the message says why, in one line. */
public final class BpfException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A refusal.
   *
   * @param wanted what was asked of the kernel, to be read after "cannot"
   * @param error its answer, {@code -errno}
   */
  BpfException(String wanted, int error) {
    super("cannot %s: %s%s".formatted(wanted, Libc.message(error), remedy(-error)));
  }

  private static String remedy(int errno) {
    return errno == Errno.EPERM ? "; it takes CAP_BPF, and a service the drop-in ebpf.conf" : "";
  }
}
