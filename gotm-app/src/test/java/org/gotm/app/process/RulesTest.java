package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alert rules, by Prometheus' own tool. */
class RulesTest {
  private static final Pattern SECTION = Pattern.compile("section ([^:,\"]+)");

  @TempDir private Path folder;

  private static Set<String> found(String pattern, String text) {
    return Pattern.compile(pattern, Pattern.MULTILINE)
        .matcher(text)
        .results()
        .map((MatchResult result) -> result.group(1))
        .collect(Collectors.toSet());
  }

  /** Each alert by what goes wrong, none of them when all is well. */
  @Test
  void shouldRaiseEachAlertByItsCauseAndNoneWithoutOne() throws IOException {
    Command.require("promtool");
    String rules = Files.readString(Dashboards.RULES);
    String test = Dashboards.resource("rules_test.yml");
    Path file =
        Files.writeString(
            folder.resolve("rules_test.yml"), test.replace("RULES", Dashboards.RULES.toString()));

    Command.check("promtool", "check", "rules", Dashboards.RULES.toString());
    Command.check("promtool", "test", "rules", file.toString());
    assertThat(found("alertname=\"(\\w+)\"", test))
        .as("alerts that are tested")
        .isEqualTo(found("- alert: (\\w+)$", rules));
  }

  @Test
  void shouldNameASectionOfTheDocumentationInEachRunbook() throws IOException {
    String operating = Files.readString(GotmLaunch.HOME.resolve("docs/operating.md"));
    List<String> runbooks =
        Files.readAllLines(Dashboards.RULES).stream()
            .filter(line -> line.contains("runbook:"))
            .toList();

    assertThat(runbooks).hasSize(found("- alert: (\\w+)$", text()).size());
    assertThat(runbooks)
        .allSatisfy(
            runbook ->
                assertThat(found(SECTION.pattern(), runbook))
                    .isNotEmpty()
                    .allSatisfy(section -> assertThat(operating).contains("## " + section + "\n")));
  }

  private static String text() throws IOException {
    return Files.readString(Dashboards.RULES);
  }

  @Test
  void shouldDescribeEachAlertThatHasNoRowElsewhere() throws IOException {
    String operating = Files.readString(GotmLaunch.HOME.resolve("docs/operating.md"));

    assertThat(found("section Alerts, (\\w+):", text()))
        .isNotEmpty()
        .allSatisfy(alert -> assertThat(operating).contains("| `" + alert + "` |"));
  }
}
