package org.gotm.fleet.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.gotm.app.cli.Main;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The SQL of docs/fleet.md, as it stands there, finds who was planted, and nobody else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuestionsTest {
  private static final Pattern DUCKDB = Pattern.compile("(?s)\n```sql\n-- DuckDB\n(.*?)```\n");
  private static final Pattern QUESTION =
      Pattern.compile("(?m)^-- (.+)\n((?:select|with) (?:(?!```).+\n)+)");

  private static final Pattern TRINO =
      Pattern.compile("(?s)\n-- Trino\ncreate table flows \\((.*?)\\)\nwith ");

  /** What Trino calls DuckDB's types. */
  private static final Map<String, String> TYPES =
      Map.of(
          "TIMESTAMP WITH TIME ZONE", "timestamp(6)",
          "VARCHAR", "varchar",
          "INTEGER", "integer",
          "BIGINT", "bigint");

  private final Map<String, String> questions = new LinkedHashMap<>();
  private String page;
  private DuckDb duck;

  @BeforeAll
  void setUp(@TempDir Path folder) throws Exception {
    page = Files.readString(Path.of("..", "docs", "fleet.md"));
    for (MatchResult question : QUESTION.matcher(page).results().toList()) {
      questions.put(question.group(1), question.group(2));
    }
    convert(folder, "north");
    convert(folder, "south");
    duck = new DuckDb();
    duck.execute("set file_search_path = '" + folder + "'");
    duck.execute("set timezone = 'UTC'");
    duck.execute(capture(DUCKDB));
  }

  private static void convert(Path folder, String sensor) throws IOException {
    Path spool = folder.resolve(sensor + ".flows");
    TestSpool.writeRecords(spool, PlantedFlows.of(sensor));
    String lake = folder.resolve("lake").toString();
    assertThat(
            Main.lineOf(new ConvertCommand())
                .execute("-sensor", sensor, "-lake", lake, spool.toString()))
        .isZero();
  }

  @AfterAll
  void tearDown() throws SQLException {
    duck.close();
  }

  @Test
  void shouldBeAllThatTheDocumentHas() {
    assertThat(questions.keySet())
        .containsExactly(
            "a Community ID from another tool",
            "top talkers",
            "beacons: the same ends at the same intervals",
            "connections of more than four hours: those with several records",
            "scans: many hosts, and hardly an answer",
            "what the cutoff left out");
  }

  @Test
  void shouldFindTheFlowOfACommunityId() throws Exception {
    assertThat(answer("a Community ID from another tool"))
        .containsExactly("south,2026-11-27T07:00Z,128.232.110.120,66.35.250.204");
  }

  @Test
  void shouldHaveTheTopTalkerFirst() throws Exception {
    assertThat(answer("top talkers"))
        .hasSize(20)
        .first()
        .isEqualTo("south,10.0.0.90,20000000000,10");
  }

  @Test
  void shouldFindTheBeaconAlone() throws Exception {
    assertThat(answer("beacons: the same ends at the same intervals"))
        .singleElement()
        .asString()
        .startsWith("10.0.0.66,203.0.113.66,443,287,");
  }

  @Test
  void shouldFindTheLongConnectionAlone() throws Exception {
    assertThat(answer("connections of more than four hours: those with several records"))
        .containsExactly(
            "south,10.0.0.77,203.0.113.77,22,2026-11-27T02:00Z,2026-11-27T07:30Z,44000000");
  }

  @Test
  void shouldFindTheScanAlone() throws Exception {
    assertThat(answer("scans: many hosts, and hardly an answer"))
        .containsExactly("south,10.0.0.88,150,2");
  }

  @Test
  void shouldSayWhatTheCutoffLeftOut() throws Exception {
    assertThat(answer("what the cutoff left out")).containsExactly("8443,10,65536.0,19999200000");
  }

  @Test
  void shouldTellTrinoOfAllColumns() throws Exception {
    List<String> told = List.of(capture(TRINO).strip().split(",\\s+"));
    List<String> columns =
        duck.lines("select column_name, column_type from (describe flows)").stream()
            .map(column -> column.split(","))
            .map(column -> column[0] + " " + TYPES.getOrDefault(column[1], column[1]))
            .toList();

    int ofFiles = columns.size() - 3;
    assertThat(told.subList(0, ofFiles)).isEqualTo(columns.subList(0, ofFiles));
    assertThat(told.subList(ofFiles, told.size()))
        .containsExactly("date date", "hour integer", "sensor varchar");
  }

  private String capture(Pattern pattern) {
    return pattern.matcher(page).results().findFirst().orElseThrow().group(1);
  }

  private List<String> answer(String question) throws SQLException {
    return duck.lines(questions.get(question));
  }
}
