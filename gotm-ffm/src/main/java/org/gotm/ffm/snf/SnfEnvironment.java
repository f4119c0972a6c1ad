package org.gotm.ffm.snf;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.snf.generated.snf_h;

/**
 * The variables that SNF programs are set up by, as far as this side must know them too. The
 * library reads its own copy, which nothing here can change.
 *
 * @param variables of the process
 */
record SnfEnvironment(Map<String, String> variables) {
  private static final Pattern LEADING_NUMBER =
      Pattern.compile("\\s*(0[xX][0-9a-fA-F]+|[0-9]+)(.*)", Pattern.DOTALL);
  private static final long MEBIBYTE = 1 << 20;
  private static final long LEAST_BYTES = MEBIBYTE;
  private static final long DEFAULT_DATA_RING = 256 * MEBIBYTE;

  /**
   * The options with what the environment says for those left open, as arguments for {@code
   * snf_open}; what is still open then is the library's to choose.
   */
  SnfOptions resolve(SnfOptions options) {
    int rings = options.rings() > 0 ? options.rings() : Math.max(1, rings());
    // Fewer bytes than this would be taken for megabytes.
    long asked = options.dataRingBytes();
    return options
        .withRings(rings)
        .withBoardRings(options.boardRings() > 0 ? options.boardRings() : rings)
        .withDataRingBytes(asked > 0 ? Math.max(asked, LEAST_BYTES) : 0)
        .withFlags(options.flags() >= 0 ? options.flags() : flagsOfLibpcap());
  }

  /** What libpcap would pass, so that a set-up made for it goes on working. */
  private int flagsOfLibpcap() {
    int flags = flags();
    return flags < 0 && rings() > 1 ? snf_h.SNF_F_PSHARED() : flags;
  }

  /** About as many bytes as a ring can hold that is opened with these resolved options. */
  long ringBytes(SnfOptions resolved) {
    long asked = resolved.dataRingBytes() > 0 ? resolved.dataRingBytes() : dataRingBytes();
    return (asked > 0 ? asked : DEFAULT_DATA_RING) / resolved.boardRings();
  }

  /** SNF_NUM_RINGS, or 0 if it does not say. */
  private int rings() {
    return (int) Math.max(0, number("SNF_NUM_RINGS", 0));
  }

  /** SNF_FLAGS, or -1 if it does not say. */
  private int flags() {
    return (int) Math.max(-1, number("SNF_FLAGS", -1));
  }

  /** SNF_RING_ID, or -1 if it does not say. */
  int ringId() {
    return (int) number("SNF_RING_ID", -1);
  }

  /**
   * SNF_DATARING_SIZE in bytes, or 0 if it does not say. A number below 1048576 means mebibytes;
   * what follows the number, such as MB, means nothing.
   */
  private long dataRingBytes() {
    Matcher matcher = LEADING_NUMBER.matcher(text("SNF_DATARING_SIZE"));
    if (!matcher.matches()) {
      return 0;
    }
    long size = decode("SNF_DATARING_SIZE", matcher.group(1));
    return size < LEAST_BYTES ? size * MEBIBYTE : size;
  }

  /** {@code " (NAME=value)"} if the variable is set, else nothing: to end a message with. */
  String quote(String name) {
    String text = text(name);
    return text.isEmpty() ? "" : " (%s=%s)".formatted(name, text);
  }

  private String text(String name) {
    return variables.getOrDefault(name, "").strip();
  }

  private long number(String name, long otherwise) {
    String text = text(name);
    return text.isEmpty() ? otherwise : decode(name, text);
  }

  /** A number as C writes it: 257, 0x101 or 0401. */
  private static long decode(String name, String text) {
    try {
      long number = Long.decode(text);
      if (number >= Integer.MIN_VALUE && (number <= Integer.MAX_VALUE || name.endsWith("_SIZE"))) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new PacketSourceException(wrong(name, text), e);
    }
    throw new PacketSourceException(wrong(name, text));
  }

  private static String wrong(String name, String text) {
    return "%s=%s: not a number such as 8 or 0x101; correct the environment".formatted(name, text);
  }
}
