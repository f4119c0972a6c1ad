package org.gotm.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.Map;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogStyleTest {
  private static final ZonedDateTime TIME =
      ZonedDateTime.parse("2017-08-29T17:45:58.120+02:00[Europe/Berlin]");
  private static final String STATISTICS =
      "if=eth0 W=00 flows=35 outpct=46.9 lost=0 dropped=-1 if=eth1";

  @TempDir Path folder;

  /** What jq makes of a line. */
  private String jq(String line, String filter) throws Exception {
    Command.require("jq");
    Path file = Files.writeString(folder.resolve("line"), line);
    return Command.check("jq", "-ce", filter, file.toString()).strip();
  }

  private static String json(String message) {
    return new LogStyle(LogFormat.JSON, true).line(TIME, message);
  }

  @Test
  void shouldBeAnObjectWithTimeLevelMessageAndFields() throws Exception {
    assertThat(jq(json(STATISTICS), "."))
        .isEqualTo(
            "{\"time\":\"2017-08-29T17:45:58.120+02:00\",\"level\":\"info\",\"message\":\""
                + STATISTICS
                + "\",\"if\":\"eth0\",\"W\":\"00\",\"flows\":35,\"outpct\":46.9,\"lost\":0,\"dropped\":-1}");
  }

  @Test
  void shouldLeaveTheMarkBehindAValueOut() throws Exception {
    String line = json("write=/a b: another user; message=x time=y");

    assertThat(jq(line, "[.write, .message, .time[0:4]]"))
        .isEqualTo("[\"/a\",\"write=/a b: another user; message=x time=y\",\"2017\"]");
  }

  @Test
  void shouldStayOneObjectWhateverIsInTheMessage() throws Exception {
    String message = "a\"b\\c\n\t\u0001\u007f ä \ud83d\ude00 k=\"}";
    String line = json(message);

    assertThat(line.lines()).hasSize(1);
    assertThat(jq(line, ".message == \"a\\\"b\\\\c \\t\\u0001\\u007f ä 😀 k=\\\"}\""))
        .isEqualTo("true");
    assertThat(jq(line, ".k")).isEqualTo("\"\\\"}\"");
  }

  @Test
  void shouldHaveAPriorityInFrontAndNoTimeWhenTheJournalReads() {
    LogStyle journal = new LogStyle(LogFormat.TEXT, true);

    assertThat(journal.line(TIME, "Rotating")).isEqualTo("<6>Rotating");
    assertThat(journal.lastLine(TIME, "gotm: no")).isEqualTo("<3>gotm: no");
  }

  @Test
  void shouldBeTextForOthersAlsoWhenTheVariableOfTheJournalIsInherited() {
    LogStyle style = LogStyle.of(LogFormat.TEXT, Map.of("JOURNAL_STREAM", "1:2"));

    assertThat(style.line(TIME, "Rotating")).isEqualTo("2017/08/29 17:45:58 Rotating");
    assertThat(style.lastLine(TIME, "gotm: no")).isEqualTo("gotm: no");
  }

  @Test
  void shouldKnowThatTheJournalReadsStandardError() {
    String error = "/proc/%d/fd/2".formatted(ProcessHandle.current().pid());
    String stream = Command.check("stat", "-L", "-c", "%d:%i", error).strip();

    assertThat(LogStyle.of(LogFormat.TEXT, Map.of("JOURNAL_STREAM", stream)).isJournal()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ERROR|gotm: the output failed: see above",
        "ERROR|if=eth0 W=00 trouble: stopped: java.lang.Error",
        "ERROR|thread gotm-output has failed, 0 are left",
        "WARNING|if=eth0 W=00 trouble: interface eth0 is down",
        "WARNING|output trouble: write=/x: the disk has not answered for 3 s or more",
        "WARNING|write=out: .gotm.lock is a symbolic link: it is left alone",
        "WARNING|if=eth0 W=00 flows=1 dropped=0 ifdropped=0 lost=12",
        "WARNING|5 lines of the log were dropped, as nobody read it",
        "WARNING|if=eth0 joins packets before they are captured; for frames as on the wire: x",
        "WARNING|/etc/gotm/gotm.conf:3: diskfree=5% does not count, as the command line says -diskfree=1%",
        "INFO|if=eth0 W=00 flows=1 dropped=7 ifdropped=0 lost=0",
        "INFO|ledger total received=1 lost_output_full=0 lost_write_error=0 balanced=yes",
        "INFO|if=eth0 W=00 works again",
        "INFO|moved a to b"
      })
  void shouldTellHowBadALineIsByItsWords(LogLevel level, String message) {
    assertThat(LogLevel.of(message)).isEqualTo(level);
  }
}
