package org.gotm.fleet.spark;

import static org.apache.spark.sql.functions.call_udf;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.unix_micros;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/** Finds flows in a lake. */
final class FlowHunt {
  /** A record tells of 15 minutes at most, and is where it began. */
  private static final Duration LONGEST_RECORD = Duration.ofMinutes(15);

  private static final String IN_NETWORKS = "in_networks";
  private final SparkSession spark;
  private final String lake;

  FlowHunt(SparkSession spark, String lake) {
    this.spark = spark;
    this.lake = lake;
  }

  /**
   * The records of flows that had packets between two times, the earliest first.
   *
   * @param indicators of which one has to be met; null if that does not matter
   * @param most records at most
   */
  List<FoundFlow> find(
      String condition, Instant from, Instant to, Indicators indicators, int most) {
    Dataset<Row> flows =
        spark
            .read()
            .parquet(lake)
            .where(partitions(from.minus(LONGEST_RECORD), to))
            .where(col("event_start").lt(lit(to)).and(col("event_end").geq(lit(from))))
            .where(expr(condition));
    if (indicators != null) {
      flows = flows.where(meets(indicators));
    }
    List<Row> rows =
        flows
            .select(
                col("sensor").cast("string"),
                unix_micros(col("event_start")),
                unix_micros(col("event_end")),
                col("network_iana_number"),
                col("source_ip"),
                col("destination_ip"),
                col("source_port"),
                col("destination_port"),
                col("source_kept_packets").plus(col("destination_kept_packets")),
                unix_micros(col("cut_time")),
                col("network_community_id"))
            .orderBy(col("event_start"))
            .limit(most)
            .collectAsList();
    return rows.stream().map(FlowHunt::flow).toList();
  }

  /** Of the hours in which these flows may have begun: other folders are not read. */
  private static Column partitions(Instant from, Instant to) {
    Column first = atLeast(from.atOffset(ZoneOffset.UTC).toLocalDate(), hour(from));
    Instant end = to.truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS);
    return first.and(atLeast(end.atOffset(ZoneOffset.UTC).toLocalDate(), hour(end)).unary_$bang());
  }

  private static Column atLeast(LocalDate date, int hour) {
    Column day = col("date");
    return day.gt(lit(date)).or(day.equalTo(lit(date)).and(col("hour").geq(lit(hour))));
  }

  private static int hour(Instant time) {
    return time.atOffset(ZoneOffset.UTC).getHour();
  }

  private Column meets(Indicators indicators) {
    List<Column> any = new ArrayList<>();
    any.add(lit(false));
    if (!indicators.addresses().isEmpty()) {
      Object[] addresses = indicators.addresses().toArray();
      any.add(col("source_ip").isin(addresses));
      any.add(col("destination_ip").isin(addresses));
    }
    if (!indicators.communityIds().isEmpty()) {
      any.add(col("network_community_id").isin(indicators.communityIds().toArray()));
    }
    if (!indicators.networks().isEmpty()) {
      spark
          .udf()
          .register(IN_NETWORKS, new InNetworks(indicators.networks()), DataTypes.BooleanType);
      any.add(call_udf(IN_NETWORKS, col("source_ip")));
      any.add(call_udf(IN_NETWORKS, col("destination_ip")));
    }
    return any.stream().reduce(Column::or).orElseThrow();
  }

  private static FoundFlow flow(Row row) {
    return new FoundFlow(
        row.getString(0),
        row.getLong(1),
        row.getLong(2),
        row.getAs(3),
        row.getString(4),
        row.getString(5),
        row.getAs(6),
        row.getAs(7),
        row.getLong(8),
        row.getAs(9),
        row.getString(10));
  }
}
