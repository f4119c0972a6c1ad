package org.gotm.fleet.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.gotm.app.cli.Main;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Judged by DuckDB, and by rows that were made without a look at gotm's columns. */
class ConvertTest {
  private static final long HOUR = 3_600_000_000_000L;
  private static final long START =
      Instant.parse("2026-11-27T13:00:00Z").getEpochSecond() * 1_000_000_000L;

  /** Name and type of each column as in docs/fleet.md. */
  private static final String COLUMNS =
      """
      event_start TIMESTAMP WITH TIME ZONE
      event_end TIMESTAMP WITH TIME ZONE
      source_ip VARCHAR
      destination_ip VARCHAR
      source_port INTEGER
      destination_port INTEGER
      network_iana_number INTEGER
      network_transport VARCHAR
      network_type VARCHAR
      network_community_id VARCHAR
      source_mac VARCHAR
      destination_mac VARCHAR
      network_vlan_id INTEGER
      network_inner_vlan_id INTEGER
      network_tunnel VARCHAR
      network_tunnel_id BIGINT
      source_packets BIGINT
      destination_packets BIGINT
      source_bytes BIGINT
      destination_bytes BIGINT
      source_payload_bytes BIGINT
      destination_payload_bytes BIGINT
      source_kept_packets BIGINT
      destination_kept_packets BIGINT
      source_kept_bytes BIGINT
      destination_kept_bytes BIGINT
      cut_time TIMESTAMP WITH TIME ZONE
      cut_offset BIGINT
      source_tcp_flags INTEGER
      destination_tcp_flags INTEGER
      icmp_type INTEGER
      icmp_code INTEGER
      flow_class VARCHAR
      end_reason INTEGER
      flow_id BIGINT
      flow_continued INTEGER
      observer_ingress_interface_name VARCHAR
      date DATE
      hour BIGINT
      sensor VARCHAR
      """;

  @TempDir private Path folder;
  private Path lake;
  private final long seed = Long.getLong("gotm.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @BeforeEach
  void setUp() {
    System.out.println("seed " + seed);
    lake = folder.resolve("lake");
  }

  @Test
  void shouldMakeRowsThatDuckDbReadsAsTheyWereMade() throws Exception {
    List<TestFlow> flows = flows(3000);
    Path spool = TestSpool.write(folder.resolve("2026-11-27T13-00-00Z.flows"), flows);

    assertThat(convert(spool.toString())).isZero();

    assertThat(spool).doesNotExist();
    try (DuckDb duck = new DuckDb();
        Statement statement = duck.connection().createStatement()) {
      assertThat(columns(duck)).isEqualToIgnoringNewLines(COLUMNS);
      List<Map<String, Object>> rows = rows(statement);
      for (int at = 0; at < flows.size(); at++) {
        assertThat(rows.get(at)).isEqualTo(expected(flows.get(at)));
      }
      assertThat(rows).hasSameSizeAs(flows);
    }
  }

  @Test
  void shouldPutFlowsWhereTheyBeganInTheOrderOfTime() throws Exception {
    List<TestFlow> flows = flows(2000);
    flows.add(new TestFlow(random, START - 2 * HOUR, 2001)); // a late one
    flows.add(new TestFlow(random, START - 1, 2002));
    flows.add(new TestFlow(random, START - HOUR, 2003));
    TestSpool.write(folder.resolve("a.flows"), flows);

    assertThat(convert(folder.toString())).isZero();

    assertThat(query("select hour, count(*) from t group by hour order by hour"))
        .containsExactly("11,1", "12,2", "13,2000");
    assertThat(query("select count(*) from t where hour(event_start at time zone 'UTC') != hour"))
        .containsExactly("0");
    assertThat(
            query(
                "select count(*) from (select event_start < lag(event_start) over"
                    + " (partition by filename order by file_row_number) as back from t)"
                    + " where back"))
        .containsExactly("0");
  }

  @Test
  void shouldReplaceItsOwnRowsWhenItIsRepeated() throws Exception {
    TestSpool.write(folder.resolve("a.flows"), flows(500));
    assertThat(convert("-keep", folder.toString())).isZero();
    List<Path> files = parquetFiles();

    assertThat(convert(folder.toString())).isZero();

    assertThat(parquetFiles()).isEqualTo(files);
    assertThat(query("select count(*), count(distinct flow_id) from t")).containsExactly("500,500");
  }

  @Test
  void shouldKeepApartFilesThatAreNamedAlike() throws Exception {
    Path one = Files.createDirectory(folder.resolve("one"));
    Path two = Files.createDirectory(folder.resolve("two"));
    TestSpool.write(one.resolve("a.flows"), flows(300));
    TestSpool.write(two.resolve("a.flows"), flows(200));

    assertThat(convert(one.toString(), two.toString())).isZero();

    assertThat(query("select count(*) from t")).containsExactly("500");
  }

  @Test
  void shouldConvertWhatIsWholeOfADamagedFileAndKeepIt() throws Exception {
    List<TestFlow> flows = flows(100);
    Path torn = TestSpool.write(folder.resolve("torn.flows"), flows);
    byte[] bytes = Files.readAllBytes(torn);
    int header = TestSpool.header().length;
    Arrays.fill(bytes, header + 3 * 192, header + 7 * 192, (byte) 0);
    Files.write(torn, Arrays.copyOf(bytes, bytes.length - 1));
    Files.write(folder.resolve("garbage.flows"), "no flows at all, sorry".getBytes());
    Files.write(folder.resolve("empty.flows"), new byte[0]);

    assertThat(convert(folder.toString())).isEqualTo(1);

    assertThat(query("select count(*) from t")).containsExactly("95");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "torn.flows.damaged", "garbage.flows.damaged", "empty.flows.damaged", "lake");
    }
  }

  @Test
  void shouldNotMakeAFolderForEachRecordOfGarbage() throws Exception {
    List<TestFlow> flows = new ArrayList<>();
    for (int number = 0; number < 1100; number++) {
      flows.add(new TestFlow(random, START + number * HOUR, number + 1));
    }
    TestSpool.write(folder.resolve("a.flows"), flows);

    assertThat(convert(folder.toString())).isEqualTo(1);

    assertThat(parquetFiles()).isEmpty();
    assertThat(folder.resolve("a.flows.damaged")).exists();
  }

  @Test
  void shouldLeaveAloneWhatIsStillWritten() throws Exception {
    Path current = TestSpool.write(folder.resolve("a.flows.tmp"), flows(10));

    assertThat(convert(folder.toString())).isZero();
    assertThat(convert(current.toString())).isEqualTo(1);

    assertThat(current).exists();
    assertThat(parquetFiles()).isEmpty();
  }

  @Test
  void shouldNotWorkBesideAnother() throws Exception {
    TestSpool.write(folder.resolve("a.flows"), flows(10));
    try (LakeLock _ = LakeLock.take(new Lake(lake, "north-1"))) {
      assertThat(convert(folder.toString())).isEqualTo(1);
    }
    assertThat(folder.resolve("a.flows")).exists();
  }

  @Test
  void shouldRefuseNamesThatLeadElsewhere() {
    for (String name : List.of("../x", "a/b", "", ".a", "2026-11-27", "42", "a=b")) {
      assertThat(Lake.isName(name)).as(name).isFalse();
    }
    for (String name : List.of("north-1", "sensor.example.org", "10gbit")) {
      assertThat(Lake.isName(name)).as(name).isTrue();
    }
  }

  private List<TestFlow> flows(int count) {
    List<TestFlow> flows = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      flows.add(new TestFlow(random, START + random.nextLong(HOUR), number + 1));
    }
    return flows;
  }

  private static Map<String, Object> expected(TestFlow flow) {
    Map<String, Object> row = new LinkedHashMap<>();
    for (String line : COLUMNS.split("\n")) {
      String name = line.substring(0, line.indexOf(' '));
      row.put(name, flow.row.get(name));
    }
    row.put("date", "2026-11-27");
    row.put("hour", 13L);
    row.put("sensor", "north-1");
    return row;
  }

  private int convert(String... arguments) {
    List<String> all = new ArrayList<>(List.of("-lake", lake.toString(), "-sensor", "north-1"));
    all.addAll(List.of(arguments));
    return Main.lineOf(new ConvertCommand()).execute(all.toArray(String[]::new));
  }

  private String table() {
    return "read_parquet('" + lake + "/*/*/*/*.parquet', hive_partitioning = true";
  }

  private List<String> query(String sql) throws SQLException {
    try (DuckDb duck = new DuckDb()) {
      duck.execute(
          "create view t as from " + table() + ", filename = true, file_row_number = true)");
      return duck.lines(sql);
    }
  }

  private String columns(DuckDb duck) throws SQLException {
    String sql = "select column_name || ' ' || column_type from (describe from %s))";
    return String.join("\n", duck.lines(sql.formatted(table())));
  }

  private List<Map<String, Object>> rows(Statement statement) throws SQLException {
    List<Map<String, Object>> rows = new ArrayList<>();
    ResultSet result =
        statement.executeQuery(
            "select * replace (epoch_us(event_start) as event_start, epoch_us(event_end) as"
                + " event_end, epoch_us(cut_time) as cut_time, date::varchar as date) from "
                + table()
                + ") order by flow_id");
    while (result.next()) {
      Map<String, Object> row = new LinkedHashMap<>();
      for (int at = 1; at <= result.getMetaData().getColumnCount(); at++) {
        row.put(result.getMetaData().getColumnName(at), result.getObject(at));
      }
      rows.add(row);
    }
    return rows;
  }

  private List<Path> parquetFiles() throws IOException {
    try (Stream<Path> all = Files.walk(lake)) {
      return all.filter(file -> file.toString().endsWith(".parquet"))
          .sorted(Comparator.naturalOrder())
          .toList();
    }
  }
}
