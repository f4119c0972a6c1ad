package org.gotm.app.classes;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.gotm.app.size.ByteSize;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.TrafficClass;
import org.gotm.core.flow.TrafficClasses;
import picocli.CommandLine.TypeConversionException;

/**
 * A class of traffic and what tells it, as a user writes them: {@code NAME:EXPRESSION:CUTOFFS}.
 *
 * @param expression see pcap-filter(7)
 * @param trafficClass where its flows are cut
 */
public record ClassRule(String expression, TrafficClass trafficClass) {
  private static final int HEADERS = 96;
  private static final int SHORTEST_SNAPLEN = 14;
  private static final String FORM =
      "class=%s: %s; write NAME:EXPRESSION:CUTOFFS, the cutoffs being never, drop, or of"
          + " bytes=SIZE, packets=N and headers[=N], with commas between";

  /**
   * The rule that a text says.
   *
   * @param cutoff what holds where the text says nothing
   * @throws IllegalArgumentException if it is none, with a line that says so
   */
  public static ClassRule parse(String text, Cutoff cutoff) {
    int first = text.indexOf(':');
    int last = text.lastIndexOf(':');
    if (first < 0 || last == first) {
      throw refusal(text, "not of three parts");
    }
    String name = text.substring(0, first).strip();
    if (!name.matches("[A-Za-z0-9_.-]{1,64}")) {
      throw refusal(text, "the name is not of letters, digits and _.-");
    }
    if (name.equals(TrafficClasses.REST)) {
      throw refusal(text, "the name is that of the class of all other traffic");
    }
    String expression = text.substring(first + 1, last).strip();
    return new ClassRule(expression, parseCutoffs(text, name, text.substring(last + 1), cutoff));
  }

  private static TrafficClass parseCutoffs(String text, String name, String words, Cutoff cutoff) {
    return switch (words.strip()) {
      case "never" -> TrafficClass.of(name, Cutoff.none().withKeepControl(cutoff.keepControl()));
      case "drop" -> TrafficClass.dropped(name);
      default -> {
        TrafficClass limited = TrafficClass.of(name, cutoff);
        for (String word : words.split(",", -1)) {
          limited = withWord(text, limited, word.strip());
        }
        yield limited;
      }
    };
  }

  private static TrafficClass withWord(String text, TrafficClass before, String word) {
    String[] pair = word.split("=", 2);
    Cutoff cutoff = before.cutoff();
    long value = pair.length == 2 ? size(text, pair[1]) : HEADERS;
    return switch (pair[0]) {
      case "headers" -> {
        if (value < SHORTEST_SNAPLEN || value > TrafficClass.MAX_SNAPLEN) {
          throw refusal(
              text,
              "headers=%d is not from %d to %d"
                  .formatted(value, SHORTEST_SNAPLEN, TrafficClass.MAX_SNAPLEN));
        }
        yield before.withSnaplenAfterCut((int) value);
      }
      case "bytes" -> withCutoff(text, before, pair, cutoff.packets(), limit(value));
      case "packets" -> withCutoff(text, before, pair, limit(value), cutoff.bytes());
      default -> throw refusal(text, "'%s' is no cutoff".formatted(word));
    };
  }

  private static TrafficClass withCutoff(
      String text, TrafficClass before, String[] pair, long packets, long bytes) {
    if (pair.length < 2) {
      throw refusal(text, "%s is without a number".formatted(pair[0]));
    }
    Cutoff cutoff = before.cutoff();
    return new TrafficClass(
        before.name(),
        new Cutoff(packets, bytes, cutoff.keepControl(), cutoff.ageNanos()),
        before.snaplenAfterCut(),
        before.isDropped());
  }

  private static long limit(long value) {
    return value == 0 ? Cutoff.UNLIMITED : value;
  }

  private static long size(String text, String value) {
    try {
      return ByteSize.parse(value);
    } catch (TypeConversionException e) {
      throw refusal(text, e.getMessage());
    }
  }

  /**
   * The rules that lines say; empty ones and those that begin with {@code #} say nothing.
   *
   * @throws IllegalArgumentException if a line is none, or two have one name
   */
  public static List<ClassRule> parseAll(List<String> lines, Cutoff cutoff) {
    List<ClassRule> rules = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String line : lines) {
      if (!line.isBlank() && !line.strip().startsWith("#")) {
        ClassRule rule = parse(line.strip(), cutoff);
        if (!names.add(rule.trafficClass().name())) {
          throw refusal(line, "the name was given before");
        }
        rules.add(rule);
      }
    }
    return rules;
  }

  private static IllegalArgumentException refusal(String text, String reason) {
    return new IllegalArgumentException(FORM.formatted(text, reason));
  }
}
