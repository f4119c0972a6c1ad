package org.gotm.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** Processors as taskset writes them: numbers and ranges, {@code 0-1,3}. */
final class CpuList {
  /** The kernel knows no higher number; whether this machine has it, only pinning tells. */
  private static final int MAX_CPU = 8191;

  private static final Pattern RANGE = Pattern.compile("(\\d+)-(\\d+)");

  private CpuList() {}

  /** The numbers in the order in which they are written; empty text is no list. */
  static List<Integer> parse(String text, Checks checks) {
    List<Integer> cpus = new ArrayList<>();
    try {
      for (String part : text.split(",")) {
        add(part.strip(), cpus, checks);
      }
    } catch (TypeConversionException e) {
      throw checks.refusal("cpus=" + text + ": " + e.getMessage());
    }
    return cpus;
  }

  private static void add(String part, List<Integer> cpus, Checks checks) {
    Matcher range = RANGE.matcher(part);
    long first = WholeNumber.parse(range.matches() ? range.group(1) : part);
    long last = range.matches() ? WholeNumber.parse(range.group(2)) : first;
    checks.range("cpus", first, 0, MAX_CPU);
    checks.range("cpus", last, 0, MAX_CPU);
    if (last < first) {
      throw checks.refusal("cpus=" + part + ": the range ends before it begins");
    }
    for (long cpu = first; cpu <= last; cpu++) {
      cpus.add((int) cpu);
    }
  }
}
