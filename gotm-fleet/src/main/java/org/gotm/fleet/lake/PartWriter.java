package org.gotm.fleet.lake;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetFileWriter.Mode;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.gotm.store.flows.FlowColumn;
import org.gotm.store.flows.FlowRow;

/**
 * Makes a Parquet file of flow records, of what DuckDB, Spark and Trino read alike. Some rows at a
 * time, column by column: row by row, each value would take another way through the code than the
 * one before, and that costs more.
 */
final class PartWriter {
  private static final int ROWS_AT_A_TIME = 1024;
  private static final int MAX_BLOOM_BYTES = 2 << 20;
  private static final Set<FlowColumn> LOOKED_UP =
      Set.of(FlowColumn.SOURCE_IP, FlowColumn.DESTINATION_IP, FlowColumn.NETWORK_COMMUNITY_ID);

  /** Where values hardly repeat: a dictionary would be begun and thrown away. */
  private static final Set<FlowColumn> UNIQUE =
      Set.of(
          FlowColumn.EVENT_START,
          FlowColumn.EVENT_END,
          FlowColumn.CUT_TIME,
          FlowColumn.NETWORK_COMMUNITY_ID,
          FlowColumn.SOURCE_PORT,
          FlowColumn.SOURCE_BYTES,
          FlowColumn.DESTINATION_BYTES,
          FlowColumn.SOURCE_PAYLOAD_BYTES,
          FlowColumn.DESTINATION_PAYLOAD_BYTES,
          FlowColumn.SOURCE_KEPT_BYTES,
          FlowColumn.DESTINATION_KEPT_BYTES,
          FlowColumn.FLOW_ID);

  private final ZstdCodec codec;
  private final Map<String, String> metadata;

  /**
   * A writer of any number of files.
   *
   * @param metadata what is to stand beside the schema
   */
  PartWriter(ZstdCodec codec, Map<String, String> metadata) {
    this.codec = codec;
    this.metadata = metadata;
  }

  /**
   * Writes a file, over one that is there.
   *
   * @param count how many rows
   * @param rows the row of a place from 0 on; each is asked for many times
   */
  void write(Path file, int count, IntFunction<FlowRow> rows) throws IOException {
    ParquetProperties properties = properties(count);
    List<ColumnPart> columns = columns(properties);
    for (int from = 0; from < count; from += ROWS_AT_A_TIME) {
      int to = Math.min(from + ROWS_AT_A_TIME, count);
      for (ColumnPart column : columns) {
        for (int place = from; place < to; place++) {
          column.add(rows.apply(place));
        }
      }
    }
    write(file, count, columns, properties);
  }

  private List<ColumnPart> columns(ParquetProperties properties) {
    List<ColumnPart> columns = new ArrayList<>();
    for (FlowColumn column : FlowTable.columns()) {
      columns.add(new ColumnPart(column, properties, codec));
    }
    return columns;
  }

  /** Least and greatest are written of numbers only: of texts, a Bloom filter tells more. */
  private static ParquetProperties properties(int count) {
    ParquetProperties.Builder properties =
        ParquetProperties.builder()
            .withWriterVersion(WriterVersion.PARQUET_1_0)
            .withSizeStatisticsEnabled(false)
            .withMaxBloomFilterBytes(MAX_BLOOM_BYTES);
    for (FlowColumn column : UNIQUE) {
      properties.withDictionaryEncoding(column.columnName(), false);
    }
    for (FlowColumn column : FlowTable.columns()) {
      boolean hasOrder = column.type() != FlowColumn.Type.TEXT;
      properties.withStatisticsEnabled(column.columnName(), hasOrder);
    }
    for (FlowColumn column : LOOKED_UP) {
      properties
          .withBloomFilterEnabled(column.columnName(), true)
          .withBloomFilterNDV(column.columnName(), (long) count);
    }
    return properties.build();
  }

  private void write(Path path, int count, List<ColumnPart> columns, ParquetProperties properties)
      throws IOException {
    try (ParquetFileWriter file =
        new ParquetFileWriter(
            new LocalOutputFile(path),
            FlowTable.schema(),
            Mode.OVERWRITE,
            ParquetWriter.DEFAULT_BLOCK_SIZE,
            0,
            null,
            properties)) {
      file.start();
      file.startBlock(count);
      for (ColumnPart column : columns) {
        column.flushTo(file);
      }
      file.endBlock();
      file.end(metadata);
    }
  }
}
