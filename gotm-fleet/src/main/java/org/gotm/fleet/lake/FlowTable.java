package org.gotm.fleet.lake;

import java.util.Arrays;
import java.util.List;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.gotm.store.flows.FlowColumn;

/**
 * The table's columns: all of {@link FlowColumn}, in its order, but the sensor, which is in the
 * path. Times are microseconds, as not all engines read finer ones.
 */
final class FlowTable {
  /** Changes if a column changes its meaning or goes; a new one at the end changes nothing. */
  static final String SCHEMA_VERSION = "1";

  private static final List<FlowColumn> COLUMNS =
      Arrays.stream(FlowColumn.values())
          .filter(column -> column != FlowColumn.OBSERVER_NAME)
          .toList();

  private FlowTable() {}

  /** The columns, as they are in a file. */
  static FlowColumn[] columns() {
    return COLUMNS.toArray(FlowColumn[]::new);
  }

  /** The schema of a file. */
  static MessageType schema() {
    return new MessageType("flow", COLUMNS.stream().<Type>map(column -> field(column)).toList());
  }

  private static Type field(FlowColumn column) {
    return switch (column.type()) {
      case TIME ->
          Types.optional(PrimitiveTypeName.INT64)
              .as(LogicalTypeAnnotation.timestampType(true, TimeUnit.MICROS))
              .named(column.columnName());
      case TEXT ->
          Types.optional(PrimitiveTypeName.BINARY)
              .as(LogicalTypeAnnotation.stringType())
              .named(column.columnName());
      case INT -> Types.optional(PrimitiveTypeName.INT32).named(column.columnName());
      case LONG -> Types.optional(PrimitiveTypeName.INT64).named(column.columnName());
    };
  }
}
