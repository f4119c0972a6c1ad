package org.gotm.app.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The expressions of dashboards, as Prometheus would be asked them. */
final class Dashboards {
  static final Path RULES = GotmLaunch.HOME.resolve("deploy/prometheus_rules.yml");
  static final Path OURS = GotmLaunch.HOME.resolve("deploy/grafana_dashboard.json");

  private static final Pattern EXPRESSION = Pattern.compile("\"expr\": \"((?:[^\"\\\\]|\\\\.)*)\"");

  private Dashboards() {}

  /** Those of our dashboard, with its variables as Grafana would set them. */
  static List<String> ours() {
    return EXPRESSION
        .matcher(text(OURS))
        .results()
        .map(found -> found.group(1).replace("\\\"", "\"").replace("\\\\", "\\"))
        .map(expression -> expression.replace("$instance", ".+"))
        .map(expression -> expression.replace("$__rate_interval", "1m"))
        .toList();
  }

  /** Those of the original's dashboard. */
  static List<String> original() {
    return resource("original_expressions.txt")
        .lines()
        .filter(line -> !line.startsWith("#"))
        .toList();
  }

  /** A file beside the tests. */
  static String resource(String name) {
    try (InputStream in = Dashboards.class.getResourceAsStream("/prometheus/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
