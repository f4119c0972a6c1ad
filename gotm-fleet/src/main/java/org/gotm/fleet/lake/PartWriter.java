package org.gotm.fleet.lake;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileWriter.Mode;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.gotm.store.flows.FlowColumn;
import org.gotm.store.flows.FlowRow;

/** How a Parquet file of flow records is made: by what DuckDB, Spark and Trino read alike. */
final class PartWriter extends ParquetWriter.Builder<FlowRow, PartWriter> {
  private static final long ROW_GROUP_BYTES = 128L << 20;
  private static final int MAX_BLOOM_BYTES = 2 << 20;
  private static final FlowColumn[] LOOKED_UP = {
    FlowColumn.SOURCE_IP, FlowColumn.DESTINATION_IP, FlowColumn.NETWORK_COMMUNITY_ID
  };

  /** Where values hardly repeat: a dictionary would be begun and thrown away. */
  private static final FlowColumn[] UNIQUE = {
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
    FlowColumn.FLOW_ID
  };

  private final Map<String, String> metadata;

  private PartWriter(Path file, Map<String, String> metadata) {
    super(new LocalOutputFile(file));
    this.metadata = metadata;
  }

  /**
   * Opens a file, over one that is there.
   *
   * @param rows how many it is going to have
   * @param metadata what is to stand beside the schema
   */
  static ParquetWriter<FlowRow> open(
      Path file, long rows, ZstdCodec codec, Map<String, String> metadata) throws IOException {
    PartWriter settings =
        new PartWriter(file, metadata)
            .withConf(new PlainParquetConfiguration())
            .withWriteMode(Mode.OVERWRITE)
            .withWriterVersion(WriterVersion.PARQUET_1_0)
            .withCodecFactory(codec)
            .withCompressionCodec(CompressionCodecName.ZSTD)
            .withSizeStatisticsEnabled(false)
            .withRowGroupSize(ROW_GROUP_BYTES)
            .withMaxBloomFilterBytes(MAX_BLOOM_BYTES);
    for (FlowColumn column : UNIQUE) {
      settings.withDictionaryEncoding(column.columnName(), false);
    }
    for (FlowColumn column : LOOKED_UP) {
      settings
          .withBloomFilterEnabled(column.columnName(), true)
          .withBloomFilterNDV(column.columnName(), rows);
    }
    return settings.build();
  }

  @Override
  protected PartWriter self() {
    return this;
  }

  @Override
  @SuppressWarnings("deprecation") // it must be there
  protected WriteSupport<FlowRow> getWriteSupport(Configuration hadoop) {
    throw new UnsupportedOperationException("there is no Hadoop here");
  }

  @Override
  protected WriteSupport<FlowRow> getWriteSupport(ParquetConfiguration configuration) {
    return new FlowSupport(metadata);
  }
}
