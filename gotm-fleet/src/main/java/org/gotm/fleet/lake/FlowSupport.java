package org.gotm.fleet.lake;

import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.gotm.store.flows.FlowColumn;
import org.gotm.store.flows.FlowRow;

/** Hands the values of a row to Parquet. */
final class FlowSupport extends WriteSupport<FlowRow> {
  private static final long NANOS_PER_MICRO = 1000;

  private final FlowColumn[] columns = FlowTable.columns();
  private final Map<String, String> metadata;
  private RecordConsumer consumer;

  FlowSupport(Map<String, String> metadata) {
    this.metadata = metadata;
  }

  @Override
  @SuppressWarnings("deprecation") // it must be there
  public WriteContext init(Configuration hadoop) {
    throw new UnsupportedOperationException("there is no Hadoop here");
  }

  @Override
  public WriteContext init(ParquetConfiguration configuration) {
    return new WriteContext(FlowTable.schema(), metadata);
  }

  @Override
  public void prepareForWrite(RecordConsumer recordConsumer) {
    consumer = recordConsumer;
  }

  @Override
  public void write(FlowRow row) {
    consumer.startMessage();
    for (int at = 0; at < columns.length; at++) {
      Object value = columns[at].of(row);
      if (value != null) {
        consumer.startField(columns[at].columnName(), at);
        add(columns[at].type(), value);
        consumer.endField(columns[at].columnName(), at);
      }
    }
    consumer.endMessage();
  }

  private void add(FlowColumn.Type type, Object value) {
    switch (type) {
      case TIME -> consumer.addLong(Math.floorDiv((long) value, NANOS_PER_MICRO));
      case TEXT -> consumer.addBinary(Binary.fromString((String) value));
      case INT -> consumer.addInteger((int) value);
      case LONG -> consumer.addLong((long) value);
    }
  }
}
