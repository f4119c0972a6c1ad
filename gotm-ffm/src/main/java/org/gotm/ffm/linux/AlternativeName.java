package org.gotm.ffm.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.gotm.ffm.linux.generated.linux_h.SOCK_CLOEXEC;
import static org.gotm.ffm.linux.generated.linux_h.SOCK_RAW;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Finds interfaces by alternative names that are too long for the calls of netdevice(7): see
 * rtnetlink(7) and {@code ip link property add}. Needs no rights.
 *
 * <pre>
 * question +---------------------+ 0     answer +---------------------+ 0
 *          | length, 32 bits     |              | length              |
 *          | type, 16 bits       | 4            | type                | 4   RTM_NEWLINK or NLMSG_ERROR
 *          | flags, 16 bits      | 6            | flags               | 6
 *          | number, sender      | 8            | number, sender      | 8
 *          | ifinfomsg, empty    | 16           | ifinfomsg           | 16  the index is at 20
 *          | length, IFLA_ALT_IF | 32           | or -errno           | 16
 *          | name, a zero byte   | 36           +---------------------+ the rest is not read
 *          +---------------------+ at most 164
 * </pre>
 */
final class AlternativeName {
  /** Bytes that a name has at most, as the kernel counts them (ALTIFNAMSIZ less the zero byte). */
  static final int LONGEST = 127;

  private static final int AF_NETLINK = 16;
  private static final int NETLINK_ROUTE = 0;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final short RTM_NEWLINK = 16;
  private static final short RTM_GETLINK = 18;
  private static final short NLM_F_REQUEST = 1;
  private static final short NLMSG_ERROR = 2;
  private static final short IFLA_ALT_IFNAME = 53;

  private static final int TYPE = 4;
  private static final int FLAGS = 6;
  private static final int ERROR = 16;
  private static final int INDEX = 20;
  private static final int ATTRIBUTE = 32;
  private static final int NAME = 36;
  private static final int ANSWER_LENGTH = 24;

  private AlternativeName() {}

  /** The index of the interface that has a name now, or {@code -errno}; -ENODEV if none has. */
  static int index(Libc libc, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > LONGEST) {
      return -Errno.ENODEV;
    }
    int fd = libc.socket(AF_NETLINK, SOCK_RAW() | SOCK_CLOEXEC() | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (fd < 0) {
      return fd;
    }
    try (Arena call = Arena.ofConfined()) {
      return ask(libc, fd, question(bytes, call), call.allocate(ANSWER_LENGTH, Integer.BYTES));
    } finally {
      libc.close(fd);
    }
  }

  private static MemorySegment question(byte[] name, Arena call) {
    int length = NAME + name.length + 1;
    MemorySegment question = call.allocate(length, Integer.BYTES);
    question.set(JAVA_INT, 0, length);
    question.set(JAVA_SHORT, TYPE, RTM_GETLINK);
    question.set(JAVA_SHORT, FLAGS, NLM_F_REQUEST);
    question.set(JAVA_SHORT, ATTRIBUTE, (short) (length - ATTRIBUTE));
    question.set(JAVA_SHORT, ATTRIBUTE + 2, IFLA_ALT_IFNAME);
    MemorySegment.copy(name, 0, question, JAVA_BYTE, NAME, name.length);
    return question;
  }

  /** The kernel has answered when it has taken the question; what does not fit is cut off. */
  private static int ask(Libc libc, int fd, MemorySegment question, MemorySegment answer) {
    long result = libc.write(fd, question);
    if (result >= 0) {
      result = libc.read(fd, answer);
    }
    if (result < 0) {
      return (int) result;
    }
    if (result < ANSWER_LENGTH) {
      return -Errno.ENODEV;
    }
    return switch (answer.get(JAVA_SHORT, TYPE)) {
      case RTM_NEWLINK -> answer.get(JAVA_INT, INDEX);
      case NLMSG_ERROR -> Math.min(answer.get(JAVA_INT, ERROR), -1);
      default -> -Errno.ENODEV;
    };
  }
}
