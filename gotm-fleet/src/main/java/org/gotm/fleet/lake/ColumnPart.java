package org.gotm.fleet.lake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.gotm.store.flows.FlowColumn;
import org.gotm.store.flows.FlowRow;

/** What a column of one file has so far: compressed pages in memory. */
final class ColumnPart {
  private static final int NANOS_PER_MICRO = 1000;

  private final FlowColumn column;
  private final ColumnChunkPageWriteStore pages;
  private final ColumnWriteStore store;
  private final ColumnWriter writer;
  private final int present;

  ColumnPart(FlowColumn column, ParquetProperties properties, ZstdCodec codec) {
    this.column = column;
    MessageType alone = FlowTable.schema(column);
    pages =
        new ColumnChunkPageWriteStore(
            codec,
            alone,
            properties.getAllocator(),
            properties.getColumnIndexTruncateLength(),
            properties.getPageWriteChecksumEnabled());
    store = properties.newColumnWriteStore(alone, pages, pages);
    writer = store.getColumnWriter(alone.getColumns().getFirst());
    present = alone.getColumns().getFirst().getMaxDefinitionLevel();
  }

  /** Adds the value of a row. */
  void add(FlowRow row) {
    if (column.type() == FlowColumn.Type.TEXT) {
      add(column.text(row));
    } else if (column.isIn(row)) {
      add(column.number(row));
    } else {
      writer.writeNull(0, 0);
    }
    store.endRecord();
  }

  private void add(String text) {
    if (text == null) {
      writer.writeNull(0, 0);
    } else {
      writer.write(Binary.fromConstantByteArray(text.getBytes(UTF_8)), 0, present);
    }
  }

  private void add(long number) {
    switch (column.type()) {
      case TIME -> writer.write(Math.floorDiv(number, NANOS_PER_MICRO), 0, present);
      case INT -> writer.write((int) number, 0, present);
      default -> writer.write(number, 0, present);
    }
  }

  /** Writes it all to the file, as its next column. */
  void flushTo(ParquetFileWriter file) throws IOException {
    store.flush();
    pages.flushToFileWriter(file);
  }
}
