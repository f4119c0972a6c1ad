package org.gotm.app.web;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The metrics that a page shows, beside what a scrape says they are. */
public final class ShownMetrics {
  private static final Pattern LABEL = Pattern.compile("(\\w+=\"[^\"]*\")");

  private ShownMetrics() {}

  /**
   * What the page shows of each metric: its name and labels, and the words, digits without their
   * commas.
   */
  public static Map<String, String> on(Browser browser) {
    Map<String, String> shown = new LinkedHashMap<>();
    browser
        .value(
            "[...document.querySelectorAll('[data-metric]')]"
                + ".map(e => e.dataset.metric + ' ' + e.textContent).join('|')")
        .lines()
        .flatMap(text -> Pattern.compile("\\|").splitAsStream(text))
        .forEach(
            text -> {
              int end = text.indexOf("} ") + 1;
              shown.put(text.substring(0, end), text.substring(end + 1).replace(",", ""));
            });
    return shown;
  }

  /** Sum of the samples of a scrape that have this name and at least these labels. */
  public static double in(String scrape, String metric) {
    String name = metric.substring(0, metric.indexOf('{'));
    List<String> labels = LABEL.matcher(metric).results().map(found -> found.group(1)).toList();
    return scrape
        .lines()
        .filter(line -> line.matches(name + "[{ ].*"))
        .filter(line -> labels.stream().allMatch(line::contains))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }
}
