package org.gotm.store.flows;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gotm.core.flow.FlowRecordLayout;

/**
 * What a spool file begins with: what the numbers in its records are called. Immutable.
 *
 * <pre>
 *   0          8                 12              14        16
 *   +----------+-----------------+---------------+---------+-----------------------------+
 *   | GOTMFLW1 | header's length | record length |    0    | lines of text               |
 *   +----------+-----------------+---------------+---------+-----------------------------+
 * </pre>
 *
 * <p>Numbers are little-endian; records follow behind the header, one as long as the other, to the
 * end of the file. A line is {@code interface NUMBER NAME}, {@code class NUMBER NAME}, or {@code
 * times FIRST LAST}, in nanoseconds since 1970, which is written when the file is finished; others
 * are for later versions.
 *
 * @param interfaces their names, by number
 * @param classes names of classes of traffic, by number
 */
public record SpoolHeader(List<String> interfaces, List<String> classes) {
  static final int FIXED_LENGTH = 16;
  static final int MAX_LENGTH = 1 << 20;
  private static final byte[] MAGIC = "GOTMFLW1".getBytes(UTF_8);
  private static final int MAX_NAMES = 1 << 16;
  private static final String INTERFACE = "interface";
  private static final String CLASS = "class";
  private static final String TIMES = "times";
  private static final Pattern INVISIBLE = Pattern.compile("[\\p{C}\\u2028\\u2029]");
  private static final Pattern TIME = Pattern.compile("(-?\\d{19,20}) (-?\\d{19,20})");

  /** Copies the lists; what cannot be shown in names becomes a question mark. */
  public SpoolHeader {
    interfaces = interfaces.stream().map(SpoolHeader::visible).toList();
    classes = classes.stream().map(SpoolHeader::visible).toList();
  }

  private static String visible(String name) {
    return INVISIBLE.matcher(name).replaceAll("?");
  }

  /** The name of an interface; its number if it has none here. */
  public String interfaceName(int number) {
    return name(interfaces, number);
  }

  /** The name of a class; its number if it has none here. */
  public String className(int number) {
    return name(classes, number);
  }

  private static String name(List<String> names, int number) {
    return number < names.size() ? names.get(number) : Integer.toString(number);
  }

  /** The header's bytes. */
  ByteBuffer bytes(SpoolTimes times) {
    StringBuilder lines = new StringBuilder();
    append(lines, INTERFACE, interfaces);
    append(lines, CLASS, classes);
    lines.append("%s %020d %020d\n".formatted(TIMES, times.first(), times.last()));
    byte[] text = lines.toString().getBytes(UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(FIXED_LENGTH + text.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(MAGIC).putInt(bytes.capacity()).putShort((short) FlowRecordLayout.LENGTH);
    return bytes.putShort((short) 0).put(text).flip();
  }

  private static void append(StringBuilder lines, String kind, List<String> names) {
    for (int number = 0; number < names.size(); number++) {
      lines.append(kind).append(' ').append(number).append(' ').append(names.get(number));
      lines.append('\n');
    }
  }

  /**
   * The header's length, by its first {@link #FIXED_LENGTH} bytes; 0 if they are no header of a
   * version that is known.
   */
  static int length(ByteBuffer fixed) {
    ByteBuffer bytes = fixed.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[MAGIC.length];
    bytes.get(magic);
    int length = bytes.getInt();
    boolean isKnown = Arrays.equals(magic, MAGIC) && bytes.getShort() == FlowRecordLayout.LENGTH;
    return isKnown && length >= FIXED_LENGTH && length <= MAX_LENGTH ? length : 0;
  }

  /** Reads the lines behind the fixed part. */
  static SpoolHeader parse(byte[] text) {
    TreeMap<Integer, String> interfaces = new TreeMap<>();
    TreeMap<Integer, String> classes = new TreeMap<>();
    for (String line : new String(text, UTF_8).split("\n")) {
      String[] words = line.split(" ", 3);
      if (words.length == 3 && words[1].matches("[0-9]{1,5}")) {
        int number = Integer.parseInt(words[1]);
        switch (words[0]) {
          case INTERFACE -> interfaces.put(number, words[2]);
          case CLASS -> classes.put(number, words[2]);
          default -> {
            // of a later version
          }
        }
      }
    }
    return new SpoolHeader(list(interfaces), list(classes));
  }

  /** The times that the lines tell; any, if they tell none. */
  static SpoolTimes times(byte[] text) {
    for (String line : new String(text, UTF_8).split("\n")) {
      Matcher matcher = TIME.matcher(line.startsWith(TIMES + " ") ? line.substring(6) : "");
      if (matcher.matches()) {
        return times(matcher);
      }
    }
    return SpoolTimes.UNKNOWN;
  }

  private static SpoolTimes times(Matcher matcher) {
    try {
      SpoolTimes times =
          new SpoolTimes(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
      return times.first() > times.last() ? SpoolTimes.UNKNOWN : times;
    } catch (NumberFormatException e) {
      return SpoolTimes.UNKNOWN;
    }
  }

  private static List<String> list(TreeMap<Integer, String> names) {
    List<String> list = new ArrayList<>();
    int count = names.isEmpty() ? 0 : Math.min(names.lastKey() + 1, MAX_NAMES);
    for (int number = 0; number < count; number++) {
      list.add(names.getOrDefault(number, Integer.toString(number)));
    }
    return list;
  }
}
