package org.gotm.app.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.Test;

/** deploy/flow-indexer.cfg finds the files of the service, and tells their day and time. */
class FlowIndexerConfigTest {
  private static final String FILE = "/var/lib/gotm/pcaps/2026/11/23/2026-11-23T17-46-58.pcap";

  private static String setting(String name) {
    Command.require("jq");
    return Command.check("jq", "-r", ".indexers[0]." + name, "../deploy/flow-indexer.cfg").strip();
  }

  private static Matcher found(String setting) {
    return Pattern.compile(setting(setting).replace("(?P<", "(?<")).matcher(FILE);
  }

  @Test
  void shouldMatchFinishedFilesOfTheService() {
    assertThat(DocPages.text("deploy/gotm.service")).contains("WorkingDirectory=/var/lib/gotm\n");
    assertThat(DocPages.text("deploy/gotm.conf")).contains("\nwrite=pcaps\n");
    assertThat(FileSystems.getDefault().getPathMatcher("glob:" + setting("file_glob")))
        .matches(glob -> glob.matches(Path.of(FILE)))
        .matches(glob -> !glob.matches(Path.of("/var/lib/gotm/pcaps/ens1_current.pcap.tmp")));
    assertThat(setting("recent_file_glob").replace("%Y/%m/%d", "2026/11/23").replace("*", ""))
        .isEqualTo(FILE.replace("2026-11-23T17-46-58", ""));
  }

  @Test
  void shouldTellDayAndTimeFromTheName() {
    Matcher day = found("filename_to_database_regex");
    assertThat(day.find()).isTrue();
    assertThat(day.group("day")).isEqualTo("2026-11-23");

    Matcher time = found("filename_to_time_regex");
    assertThat(time.find()).isTrue();
    assertThat(time.group("hour") + time.group("minute")).isEqualTo("1746");
  }
}
