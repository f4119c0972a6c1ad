package org.gotm.ffm.snf;

import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.linux.Errno;

/** Turns the answers of libsnf into one line for a user. */
final class SnfFailure {
  private static final int E2BIG = 7;
  private static final String DRIVER =
      "is the SNF driver loaded (/opt/snf/sbin/myri_start_stop start) and the port one of its own?";

  private SnfFailure() {}

  /** A function failed, and there is nothing to advise. */
  static PacketSourceException of(String name, String function, int code) {
    return new PacketSourceException(
        "interface=%s: %s failed: %s".formatted(name, function, SnfLibrary.message(code)));
  }

  private static PacketSourceException of(
      String name, String function, int code, String asked, String remedy) {
    return new PacketSourceException(
        "interface=%s: %s failed: %s; asked for %s; %s"
            .formatted(name, function, SnfLibrary.message(code), asked, remedy));
  }

  /** {@code snf_open} failed. */
  static PacketSourceException open(
      SnfOptions options, SnfEnvironment environment, SnfPort port, int code) {
    String asked =
        "%s %d, %d rings%s, flags %s%s, data ring %s%s"
            .formatted(
                port.isMask() ? "port mask" : "port",
                port.number(),
                options.boardRings(),
                environment.quote("SNF_NUM_RINGS"),
                port.flags() < 0 ? "of the library" : "0x%x".formatted(port.flags()),
                environment.quote("SNF_FLAGS"),
                options.dataRingBytes() == 0
                    ? "of the library"
                    : options.dataRingBytes() + " bytes",
                environment.quote("SNF_DATARING_SIZE"));
    String remedy =
        switch (code) {
          case Errno.EBUSY ->
              "another program has the port: stop it, or let both share it (SNF_FLAGS with bit 0x1,"
                  + " the same SNF_NUM_RINGS)";
          case Errno.EINVAL -> "use fewer rings (-workers, SNF_NUM_RINGS), and check the flags";
          case E2BIG, Errno.ENOMEM -> "make the data ring smaller (-buffersize, SNF_DATARING_SIZE)";
          case Errno.EPERM, Errno.EACCES -> "run as root";
          default -> DRIVER;
        };
    return of(options.name(), "snf_open", code, asked, remedy);
  }

  /** {@code snf_ring_open_id} failed for the ring at {@code index} of those to open. */
  static PacketSourceException openRing(
      SnfOptions options, SnfEnvironment environment, int index, int code) {
    String asked =
        "ring %s, number %d of %d%s"
            .formatted(
                options.firstRing() < 0 ? "that is free" : options.firstRing() + index,
                index + 1,
                options.rings(),
                environment.quote("SNF_RING_ID"));
    String remedy =
        code != Errno.EBUSY
            ? "the port was opened with fewer rings: correct -workers or the first ring"
            : environment.ringId() >= 0 && options.firstRing() < 0
                ? "SNF_RING_ID names a single ring: unset it, or use one worker"
                : "the rings are taken: use fewer -workers, or stop the program that shares the"
                    + " port";
    return of(options.name(), "snf_ring_open_id", code, asked, remedy);
  }
}
